using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent.Fetching;
using Platform.Agent.Tasks;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Fetching;

/// <summary>Archives that are small and unpack to more than there may be, or to what is not theirs.</summary>
public sealed class BombTests : IDisposable
{
    private const long Disk = 160L << 20;
    private const long Bomb = 320L << 20;

    private readonly TestFolder _folder = new();
    private readonly string _disk;
    private bool _isMounted;

    public BombTests() => _disk = Directory.CreateDirectory(_folder.File("disk")).FullName;

    public void Dispose()
    {
        if (_isMounted)
            Run("umount", "-l", _disk);
        _folder.Dispose();
    }

    [RootTheory]
    [InlineData("bomb.gz")]
    [InlineData("bomb.tar.gz")]
    [InlineData("bomb.zip")]
    [InlineData("bomb.tar.xz")]
    [InlineData("bomb.tar.bz2")]
    public async Task An_archive_that_would_fill_the_disk_is_given_up_before_it_does(string name)
    {
        Run("mount", "-t", "tmpfs", "-o", $"size={Disk}", "tmpfs", _disk);
        _isMounted = true;
        var archive = await PackAsync(name);
        new FileInfo(archive).Length.ShouldBeLessThan(Disk / 8);

        var failure = await Should.ThrowAsync<IOException>(() => ArchiveExtraction.ExtractAsync(ArchiveKinds.Of(name)!.Value, archive, name, _disk, new(), CancellationToken.None));

        // The reserve of so small a disk is the least one.
        failure.Message.ShouldBe("it would fill the disk of this agent, of which 64 MB stay free");
        Directory.EnumerateFileSystemEntries(_disk).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bomb.gz")]
    [InlineData("bomb.tar.gz")]
    [InlineData("bomb.zip")]
    [InlineData("bomb.tar.xz")]
    [InlineData("bomb.tar.bz2")]
    public async Task What_is_unpacked_counts_against_the_limit_of_the_task_and_nothing_of_it_is_left(string name)
    {
        var archive = await PackAsync(name);
        using var fetcher = new Fetcher(new FetchCache(Directory.CreateDirectory(_folder.File("cache")).FullName, 1L << 30), TimeSpan.FromMinutes(1), NullLogger.Instance);
        // The archive itself is within it.
        const long Limit = 16L << 20;
        new FileInfo(archive).Length.ShouldBeLessThan(Limit);

        foreach (var cache in (bool[])[false, true])
        {
            var failure = await Should.ThrowAsync<TaskStartException>(
                () => fetcher.FetchAsync([new FetchSpec { Uri = archive, Cache = cache }], _disk, new(Limit, "its disk"), CancellationToken.None));
            failure.Message.ShouldBe($"Failed to fetch {archive}: it is more than the 16777216 bytes that may be fetched and unpacked for the task (its disk)");
            failure.Reason.ShouldBe(TaskReasons.FetchFailed);
            Directory.EnumerateFileSystemEntries(_disk).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Several_files_and_archives_of_a_task_count_together()
    {
        var file = _folder.File("plain");
        await File.WriteAllBytesAsync(file, new byte[600]);
        using var fetcher = new Fetcher(new FetchCache(Directory.CreateDirectory(_folder.File("cache")).FullName, 1L << 30), TimeSpan.FromMinutes(1), NullLogger.Instance);

        await fetcher.FetchAsync([new FetchSpec { Uri = file }], _disk, new(1000), CancellationToken.None);
        await Should.ThrowAsync<TaskStartException>(() => fetcher.FetchAsync([new FetchSpec { Uri = file }, new FetchSpec { Uri = file, DestPath = "second" }], _disk, new(1000), CancellationToken.None));

        File.Exists(Path.Combine(_disk, "second")).ShouldBeFalse();
    }

    [Fact]
    public async Task Hard_links_count_as_often_as_they_are_there()
    {
        var archive = _folder.File("links.tar");
        await using (var tar = new TarWriter(File.Create(archive)))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "one") { DataStream = new MemoryStream(new byte[1000]) });
            for (var i = 0; i < 10; i++)
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.HardLink, $"link{i}") { LinkName = "one" });
        }

        await Should.ThrowAsync<FetchLimitException>(() => ArchiveExtraction.ExtractAsync(ArchiveKind.Tar, archive, "links.tar", _disk, new(10_500), CancellationToken.None));
        Directory.EnumerateFileSystemEntries(_disk).ShouldBeEmpty();
        await ArchiveExtraction.ExtractAsync(ArchiveKind.Tar, archive, "links.tar", _disk, new(11_000), CancellationToken.None);
        Directory.EnumerateFileSystemEntries(_disk).Count().ShouldBe(11);
    }

    [Theory]
    [InlineData("many.tar")]
    [InlineData("many.zip")]
    public async Task An_archive_of_very_many_empty_files_is_given_up(string name)
    {
        var archive = _folder.File(name);
        if (name.EndsWith(".zip", StringComparison.Ordinal))
        {
            await using var zip = new ZipArchive(File.Create(archive), ZipArchiveMode.Create);
            for (var i = 0; i < 50; i++)
                zip.CreateEntry($"d{i}/f");
        }
        else
        {
            await using var tar = new TarWriter(File.Create(archive));
            for (var i = 0; i < 50; i++)
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, $"d{i}"));
        }
        File.WriteAllText(Path.Combine(_disk, "before"), "");

        var failure = await Should.ThrowAsync<FetchLimitException>(
            () => ArchiveExtraction.ExtractAsync(ArchiveKinds.Of(name)!.Value, archive, name, _disk, new(entries: 49), CancellationToken.None));

        failure.Message.ShouldBe("there are more than 49 files and folders in it");
        Directory.EnumerateFiles(_disk, "*", SearchOption.AllDirectories).ShouldBe([Path.Combine(_disk, "before")]);
    }

    [Fact]
    public async Task A_name_of_an_entry_that_would_fill_the_memory_is_no_name()
    {
        // A header of GNU's long names, with a name of 1 GB.
        var header = new byte[512];
        System.Text.Encoding.ASCII.GetBytes("././@LongLink").CopyTo(header, 0);
        System.Text.Encoding.ASCII.GetBytes("0000000\0" + "0000000\0" + "0000000\0" + "10000000000\0" + "00000000000\0" + "        ").CopyTo(header, 100);
        header[156] = (byte)'L';
        System.Text.Encoding.ASCII.GetBytes("ustar  \0").CopyTo(header, 257);
        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(one => one), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        var archive = _folder.File("name.tar");
        await using (var file = File.Create(archive))
        {
            await file.WriteAsync(header);
            file.SetLength(1L << 30);
        }

        var failure = await Should.ThrowAsync<IOException>(() => ArchiveExtraction.ExtractAsync(ArchiveKind.Tar, archive, "name.tar", _disk, new(), CancellationToken.None));

        failure.Message.ShouldContain("have 1073741824 bytes, and may have 1048576");
    }

    [Fact]
    public async Task A_hard_link_reaches_no_file_outside_not_even_through_a_link_that_came_before_it()
    {
        var secret = _folder.File("secret");
        File.WriteAllText(secret, "secret");
        foreach (var (name, entries) in new (string, TarEntry[])[]
        {
            ("up.tar", [new PaxTarEntry(TarEntryType.HardLink, "a") { LinkName = "../secret" }]),
            ("absolute.tar", [new PaxTarEntry(TarEntryType.HardLink, "a") { LinkName = secret }]),
            ("through.tar", [new PaxTarEntry(TarEntryType.SymbolicLink, "out") { LinkName = ".." }, new PaxTarEntry(TarEntryType.HardLink, "a") { LinkName = "out/secret" }]),
        })
        {
            var archive = _folder.File(name);
            await using (var tar = new TarWriter(File.Create(archive)))
            {
                foreach (var entry in entries)
                    await tar.WriteEntryAsync(entry);
            }
            await Should.ThrowAsync<IOException>(() => ArchiveExtraction.ExtractAsync(ArchiveKind.Tar, archive, name, _disk, new(), CancellationToken.None));
            File.Exists(Path.Combine(_disk, "a")).ShouldBeFalse();
        }
        // Within the folder it is a file of its own: writing to one does not change what the other had.
        var sound = _folder.File("sound.tar");
        await using (var tar = new TarWriter(File.Create(sound)))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "one") { DataStream = new MemoryStream("text"u8.ToArray()) });
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.HardLink, "two") { LinkName = "one" });
        }
        await ArchiveExtraction.ExtractAsync(ArchiveKind.Tar, sound, "sound.tar", _disk, new(), CancellationToken.None);
        File.WriteAllText(Path.Combine(_disk, "two"), "other");
        File.ReadAllText(Path.Combine(_disk, "one")).ShouldBe("text");
    }

    private async Task<string> PackAsync(string name)
    {
        var archive = _folder.File(name);
        if (name.EndsWith(".zip", StringComparison.Ordinal))
        {
            await using var zip = new ZipArchive(File.Create(archive), ZipArchiveMode.Create);
            await using var entry = zip.CreateEntry("zeros").Open();
            await ZerosAsync(entry);
        }
        else if (name == "bomb.gz")
        {
            await using var gzip = new GZipStream(File.Create(archive), CompressionLevel.Fastest);
            await ZerosAsync(gzip);
        }
        else
        {
            // A file of nothing but a hole, packed as what it would be.
            var hole = _folder.File("zeros");
            await using (var file = File.Create(hole))
                file.SetLength(Bomb);
            if (name == "bomb.tar.gz")
            {
                await using var gzip = new GZipStream(File.Create(archive), CompressionLevel.Fastest);
                await using var tar = new TarWriter(gzip);
                await tar.WriteEntryAsync(hole, "zeros");
            }
            else
            {
                Run("/bin/sh", "-c", $"cd {_folder.Path} && tar -cf - zeros | {(name.EndsWith(".xz", StringComparison.Ordinal) ? "xz -0" : "bzip2 -1")} > {archive}");
            }
        }
        return archive;
    }

    private static async Task ZerosAsync(Stream to)
    {
        var zeros = new byte[1 << 20];
        for (var left = Bomb; left > 0; left -= zeros.Length)
            await to.WriteAsync(zeros);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}");
    }
}
