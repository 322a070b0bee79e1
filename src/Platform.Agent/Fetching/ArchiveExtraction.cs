using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.IO.Hashing;
using Platform.Agent.Sandboxes;

namespace Platform.Agent.Fetching;

/// <summary>
/// Unpacks archives into a folder. An entry or a link that would lead out of the folder is refused, and with it the archive. Whatever a
/// format lets see of damage is looked for to its end, lengths and checksums: a part of an archive never passes for the whole.
/// </summary>
internal static class ArchiveExtraction
{
    /// <param name="kind">What it is.</param>
    /// <param name="archive">The file.</param>
    /// <param name="name">Its original name, which tells the name of what is in a .gz.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="budget">How much it may be.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DamagedArchiveException">It is damaged, or is no archive.</exception>
    /// <exception cref="FetchLimitException">It is more than there may be; nothing of it is left.</exception>
    /// <exception cref="IOException">It leads out of the folder, or has something in it that is not allowed.</exception>
    public static async Task ExtractAsync(ArchiveKind kind, string archive, string name, string folder, FetchBudget budget, CancellationToken cancellation)
    {
        if (new FileInfo(archive).Length == 0)
            throw new DamagedArchiveException("it is empty, and no archive");
        try
        {
            await (kind switch
            {
                ArchiveKind.Zip => ExtractZipAsync(archive, folder, budget, cancellation),
                ArchiveKind.Gzip => ExtractGzipAsync(archive, Inside(folder, name[..^".gz".Length]), budget, cancellation),
                ArchiveKind.Tar => ExtractFileAsync(archive, folder, stream => stream, budget, cancellation),
                ArchiveKind.TarGzip => ExtractFileAsync(archive, folder, stream => new GZipStream(stream, CompressionMode.Decompress), budget, cancellation),
                ArchiveKind.TarXz => ExtractByProgramAsync("xz", archive, folder, budget, cancellation),
                _ => ExtractByProgramAsync("bzip2", archive, folder, budget, cancellation),
            }).ConfigureAwait(false);
        }
        catch (FetchLimitException)
        {
            budget.RemoveMade();
            throw;
        }
        catch (DamagedArchiveException e)
        {
            throw ArchiveKinds.BeginsAs(kind, archive)
                ? new DamagedArchiveException($"the archive is damaged: {e.Message}")
                : new DamagedArchiveException($"it is no {ArchiveKinds.NameOf(kind)} archive");
        }
    }

    private static async Task ExtractGzipAsync(string archive, string target, FetchBudget budget, CancellationToken cancellation)
    {
        budget.TakeEntry(target);
        await using var file = File.OpenRead(archive);
        await using var gzip = new GZipStream(file, CompressionMode.Decompress);
        await using var output = File.Create(target);
        try
        {
            await budget.CopyAsync(gzip, output, Path.GetDirectoryName(target)!, cancellation).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw TarScreen.CompressionDamaged();
        }
    }

    private static async Task ExtractFileAsync(string archive, string folder, Func<Stream, Stream> unpack, FetchBudget budget, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(archive);
        await using var stream = unpack(file);
        await ExtractTarAsync(stream, folder, budget, cancellation).ConfigureAwait(false);
    }

    /// <summary>bzip2 and xz are not in the base library: the programs of these names unpack, and only the stream of their output is read here.</summary>
    private static async Task ExtractByProgramAsync(string program, string archive, string folder, FetchBudget budget, CancellationToken cancellation)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, ["-dc", "--", archive]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            throw new IOException($"the program '{program}' is needed to extract it and is not installed on this agent");
        }
        using (process)
        {
            try
            {
                var errors = process.StandardError.ReadToEndAsync(cancellation);
                DamagedArchiveException? damage = null;
                try
                {
                    await ExtractTarAsync(process.StandardOutput.BaseStream, folder, budget, cancellation).ConfigureAwait(false);
                }
                catch (DamagedArchiveException e)
                {
                    // If the program has found something wrong, that is the better reason.
                    damage = e;
                    await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
                }
                await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
                if (process.ExitCode != 0)
                    throw new DamagedArchiveException($"{program}: {FirstLine(await errors.ConfigureAwait(false))}");
                if (damage is not null)
                    throw damage;
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill();
            }
        }
    }

    private static async Task ExtractTarAsync(Stream stream, string folder, FetchBudget budget, CancellationToken cancellation)
    {
        await using var screen = new TarScreen(stream);
        try
        {
            await using var reader = new TarReader(screen, leaveOpen: true);
            while (await reader.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
                await ExtractAsync(entry, folder, budget, cancellation).ConfigureAwait(false);
            await screen.FinishAsync(cancellation).ConfigureAwait(false);
        }
        catch (EndOfStreamException)
        {
            throw new DamagedArchiveException("it is cut off");
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or OverflowException or ArgumentException or InvalidOperationException)
        {
            // What the reader stumbles over, with words of its own for it.
            throw new DamagedArchiveException(screen.IsTar ? e.Message : "what is in it is no tar archive");
        }
    }

    private static async Task ExtractAsync(TarEntry entry, string folder, FetchBudget budget, CancellationToken cancellation)
    {
        var target = Inside(folder, entry.Name);
        if (entry.EntryType is not (TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes) && target != folder)
            budget.TakeEntry(target);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(target);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                await WriteAsync(entry.DataStream ?? Stream.Null, target, (int)entry.Mode, entry.ModificationTime, budget, cancellation).ConfigureAwait(false);
                break;
            case TarEntryType.SymbolicLink:
                if (Confinement.Lexical(folder, Path.Combine(Path.GetDirectoryName(target)!, entry.LinkName)) is null)
                    throw LeadsOut(entry.Name);
                File.Delete(target);
                File.CreateSymbolicLink(target, entry.LinkName);
                break;
            case TarEntryType.HardLink:
                // A copy and not a link, so it counts as often as it is there. Neither leads anywhere that the archive may not go.
                var original = Confinement.Existing(folder, entry.LinkName) ?? throw LeadsOut(entry.Name);
                if (original == target)
                    break;
                await using (var from = File.OpenRead(original))
                    await WriteAsync(from, target, (int)File.GetUnixFileMode(original), File.GetLastWriteTimeUtc(original), budget, cancellation).ConfigureAwait(false);
                break;
            case TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes:
                break;
            default:
                throw new RefusedEntryException($"the archive has an entry {entry.Name} of type {entry.EntryType}, which is not allowed");
        }
    }

    // The base library would take the room for all of a file before it reads the first byte of it, by what the archive says.
    private static async Task WriteAsync(Stream data, string target, int mode, DateTimeOffset changed, FetchBudget budget, CancellationToken cancellation)
    {
        // Neither programs with their owner's rights nor files that everybody may change.
        const int Permissions = 0x1ED;
        File.Delete(target);
        await using (var to = new FileStream(target, FileMode.CreateNew, FileAccess.Write))
            await budget.CopyAsync(data, to, Path.GetDirectoryName(target)!, cancellation).ConfigureAwait(false);
        if ((mode & Permissions) is not 0 and var permitted)
            File.SetUnixFileMode(target, (UnixFileMode)permitted);
        File.SetLastWriteTimeUtc(target, changed.UtcDateTime);
    }

    private static async Task ExtractZipAsync(string archive, string folder, FetchBudget budget, CancellationToken cancellation)
    {
        const int FileTypeMask = 0xF000, SymbolicLink = 0xA000;
        try
        {
            using var zip = ZipFile.OpenRead(archive);
            foreach (var entry in zip.Entries)
            {
                if (((entry.ExternalAttributes >> 16) & FileTypeMask) == SymbolicLink)
                    throw new RefusedEntryException($"the archive has a symbolic link {entry.FullName}, which is not allowed in a zip file");
                var target = Inside(folder, entry.FullName);
                if (target != folder)
                    budget.TakeEntry(target);
                if (entry.FullName.EndsWith('/'))
                {
                    Directory.CreateDirectory(target);
                    continue;
                }
                await using (var data = entry.Open())
                    await WriteAsync(data, target, entry.ExternalAttributes >> 16, entry.LastWriteTime, budget, cancellation).ConfigureAwait(false);
                // The base library does not look at it.
                if (await ChecksumAsync(target, cancellation).ConfigureAwait(false) != entry.Crc32 || new FileInfo(target).Length != entry.Length)
                    throw new DamagedArchiveException($"the checksum or the length of {entry.FullName} is wrong");
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new DamagedArchiveException(e.Message);
        }
    }

    private static async Task<uint> ChecksumAsync(string path, CancellationToken cancellation)
    {
        var checksum = new Crc32();
        await using var file = File.OpenRead(path);
        await checksum.AppendAsync(file, cancellation).ConfigureAwait(false);
        return checksum.GetCurrentHashAsUInt32();
    }

    private static string FirstLine(string text) => text.Trim().Split('\n')[0].Trim();

    /// <summary>The path of an entry, ready to be written: no link leads from it, or to it, out of the folder.</summary>
    private static string Inside(string folder, string name) => Confinement.ForWriting(folder, name) ?? throw LeadsOut(name);

    private static RefusedEntryException LeadsOut(string name) => new($"the archive has an entry {name} that leads out of the folder");

    /// <summary>An archive that is sound, and has something in it that is not let in.</summary>
    private sealed class RefusedEntryException(string message) : IOException(message);
}
