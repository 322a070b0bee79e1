using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using Platform.Agent.Fetching;
using Platform.Agent.Tests.Testing;

namespace Platform.Agent.Tests.Fetching;

/// <summary>Archives that are small and unpack to more than the disk has, on a small disk of the test's own.</summary>
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
    public async Task An_archive_that_would_fill_the_disk_is_given_up_before_it_does(string name)
    {
        Run("mount", "-t", "tmpfs", "-o", $"size={Disk}", "tmpfs", _disk);
        _isMounted = true;
        var archive = await PackAsync(name);
        new FileInfo(archive).Length.ShouldBeLessThan(Disk / 8);

        var failure = await Should.ThrowAsync<IOException>(() => ArchiveExtraction.ExtractAsync(ArchiveKinds.Of(name)!.Value, archive, name, _disk, CancellationToken.None));

        failure.Message.ShouldContain("would fill the disk");
        // It is looked once for each step; the last one may be written in between.
        new DriveInfo(_disk).AvailableFreeSpace.ShouldBeGreaterThan(DiskRoom.Reserve - (2 * DiskRoom.Step));
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
                Run("/bin/sh", "-c", $"cd {_folder.Path} && tar -cf - zeros | xz -0 > {archive}");
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
