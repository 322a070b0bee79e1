using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using Platform.Agent.Sandboxes;

namespace Platform.Agent.Fetching;

/// <summary>Unpacks archives into a folder. An entry or a link that would lead out of the folder is refused, and with it the archive.</summary>
internal static class ArchiveExtraction
{
    /// <param name="kind">What it is.</param>
    /// <param name="archive">The file.</param>
    /// <param name="name">Its original name, which tells the name of what is in a .gz.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidDataException">The archive is broken or leads out of the folder.</exception>
    public static async Task ExtractAsync(ArchiveKind kind, string archive, string name, string folder, CancellationToken cancellation)
    {
        switch (kind)
        {
            case ArchiveKind.Zip:
                ExtractZip(archive, folder);
                break;
            case ArchiveKind.Gzip:
                await using (var file = File.OpenRead(archive))
                await using (var gzip = new GZipStream(file, CompressionMode.Decompress))
                await using (var target = File.Create(Inside(folder, name[..^".gz".Length])))
                    await gzip.CopyToAsync(target, cancellation).ConfigureAwait(false);
                break;
            case ArchiveKind.Tar:
                await using (var file = File.OpenRead(archive))
                    await ExtractTarAsync(file, folder, cancellation).ConfigureAwait(false);
                break;
            case ArchiveKind.TarGzip:
                await using (var file = File.OpenRead(archive))
                await using (var gzip = new GZipStream(file, CompressionMode.Decompress))
                    await ExtractTarAsync(gzip, folder, cancellation).ConfigureAwait(false);
                break;
            default:
                await ExtractByProgramAsync(kind == ArchiveKind.TarXz ? "xz" : "bzip2", archive, folder, cancellation).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>bzip2 and xz are not in the base library: the programs of these names unpack, and only the stream of their output is read here.</summary>
    private static async Task ExtractByProgramAsync(string program, string archive, string folder, CancellationToken cancellation)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, ["-dc", "--", archive]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new IOException($"the program '{program}' is needed to extract it and is not installed on this agent");
        }
        using (process)
        {
            try
            {
                var errors = process.StandardError.ReadToEndAsync(cancellation);
                await ExtractTarAsync(process.StandardOutput.BaseStream, folder, cancellation).ConfigureAwait(false);
                await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
                await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
                if (process.ExitCode != 0)
                    throw new InvalidDataException($"{program}: {(await errors.ConfigureAwait(false)).Trim()}");
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill();
            }
        }
    }

    private static async Task ExtractTarAsync(Stream stream, string folder, CancellationToken cancellation)
    {
        await using var reader = new TarReader(stream, leaveOpen: true);
        try
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
            {
                var target = Inside(folder, entry.Name);
                switch (entry.EntryType)
                {
                    case TarEntryType.Directory:
                        Directory.CreateDirectory(target);
                        break;
                    case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                        await entry.ExtractToFileAsync(target, overwrite: true, cancellation).ConfigureAwait(false);
                        break;
                    case TarEntryType.SymbolicLink:
                        if (Confinement.Lexical(folder, Path.Combine(Path.GetDirectoryName(target)!, entry.LinkName)) is null)
                            throw LeadsOut(entry.Name);
                        File.Delete(target);
                        File.CreateSymbolicLink(target, entry.LinkName);
                        break;
                    case TarEntryType.HardLink:
                        File.Copy(Confinement.Existing(folder, entry.LinkName) ?? throw LeadsOut(entry.Name), target, overwrite: true);
                        break;
                    case TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes:
                        break;
                    default:
                        throw new InvalidDataException($"the archive has an entry {entry.Name} of type {entry.EntryType}, which is not allowed");
                }
            }
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("the archive is cut off");
        }
    }

    private static void ExtractZip(string archive, string folder)
    {
        const int FileTypeMask = 0xF000, SymbolicLink = 0xA000;
        using var zip = ZipFile.OpenRead(archive);
        foreach (var entry in zip.Entries)
        {
            if (((entry.ExternalAttributes >> 16) & FileTypeMask) == SymbolicLink)
                throw new InvalidDataException($"the archive has a symbolic link {entry.FullName}, which is not allowed in a zip file");
            var target = Inside(folder, entry.FullName);
            if (entry.FullName.EndsWith('/'))
            {
                Directory.CreateDirectory(target);
                continue;
            }
            entry.ExtractToFile(target, overwrite: true);
        }
    }

    /// <summary>The path of an entry, ready to be written: no link leads from it, or to it, out of the folder.</summary>
    private static string Inside(string folder, string name) => Confinement.ForWriting(folder, name) ?? throw LeadsOut(name);

    private static InvalidDataException LeadsOut(string name) => new($"the archive has an entry {name} that leads out of the folder");
}
