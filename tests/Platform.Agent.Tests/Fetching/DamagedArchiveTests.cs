using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent.Fetching;
using Platform.Agent.Tasks;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Fetching;

/// <summary>A part of an archive never passes for the whole, in no format.</summary>
public sealed class DamagedArchiveTests : IDisposable
{
    private const int ContentSize = 50_000;

    private readonly TestFolder _folder = new();
    private readonly string _sandbox;

    public DamagedArchiveTests()
    {
        _sandbox = _folder.File("sandbox");
        Directory.CreateDirectory(_sandbox);
        Directory.CreateDirectory(_folder.File("cache"));
    }

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names => ["a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tbz2", "a.tar.xz", "a.txz", "a.gz", "a.zip"];

    [Theory, MemberData(nameof(Names))]
    public async Task An_archive_that_is_cut_off_anywhere_is_damaged(string name)
    {
        var whole = await PackAsync(name);
        await FetchAsync(name, whole);
        // Behind the end of a tar archive there is only filling, and it may be left out.
        var end = name == "a.tar" ? whole.Length - EndOfTar(whole) : 1;
        foreach (var cut in (int[])[end, end + 4, end + 8, end + 600, whole.Length / 2, whole.Length - (name == "a.tar" ? 600 : 20)])
            await ShouldBeDamagedAsync(name, whole[..^cut], $"cut by {cut} of {whole.Length}");
    }

    [Theory, MemberData(nameof(Names))]
    public async Task An_archive_with_another_bit_than_it_was_packed_with_is_damaged(string name)
    {
        var whole = await PackAsync(name);
        // A tar archive has checksums of its headers alone. Bytes of the others that tell names and times of the packing are not covered.
        foreach (var at in name == "a.tar" ? (int[])[0, 100, 130, 300] : [whole.Length / 3, whole.Length / 2, whole.Length / 4 * 3])
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 1;
            await ShouldBeDamagedAsync(name, changed, $"byte {at} changed");
        }
    }

    [Theory]
    [InlineData("a.tar.gz", -6)] // the checksum
    [InlineData("a.tar.gz", -2)] // the length
    [InlineData("a.gz", -6)]
    [InlineData("a.gz", -2)]
    public async Task The_checksum_and_the_length_at_the_end_of_gzip_count(string name, int at)
    {
        var whole = await PackAsync(name);
        whole[^-at] ^= 1;
        await ShouldBeDamagedAsync(name, whole, "changed");
    }

    [Fact]
    public async Task Bytes_of_a_zip_that_is_stored_without_compression_are_compared_with_their_checksum()
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        await using (var entry = zip.CreateEntry("stored", CompressionLevel.NoCompression).Open())
            entry.Write(new byte[ContentSize]);
        var bytes = stream.ToArray();
        bytes[ContentSize / 2] ^= 1;
        (await ShouldBeDamagedAsync("a.zip", bytes, "changed")).ShouldContain("the checksum or the length of stored is wrong");
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_file_that_is_no_archive_is_said_to_be_none(string name)
    {
        foreach (var text in (string[])["<html>not found</html>", new string(' ', 2000), new string('x', 2000)])
            (await FailureAsync(name, Encoding.ASCII.GetBytes(text))).ShouldBe($"it is no {KindOf(name)} archive");
        (await FailureAsync(name, [])).ShouldBe("it is empty, and no archive");
    }

    [Fact]
    public async Task A_gzip_file_of_several_members_is_whole_and_what_is_packed_in_it_must_be_a_tar_archive_if_its_name_says_so()
    {
        var part = await PackAsync("a.gz");
        await FetchAsync("a.gz", [.. part, .. part]);
        (await File.ReadAllBytesAsync(Path.Combine(_sandbox, "a"))).Length.ShouldBe(2 * ContentSize);
        (await FailureAsync("a.tar.gz", part)).ShouldBe("the archive is damaged: what is in it is no tar archive");
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public async Task Every_form_of_tar_is_known(TarEntryFormat format)
    {
        var stream = new MemoryStream();
        await using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            Directory.CreateDirectory(_folder.File("in/folder"));
            await writer.WriteEntryAsync(_folder.File("in/folder"), "folder");
            await writer.WriteEntryAsync(_folder.Write("in/text", "content"), "folder/text");
        }
        await FetchAsync("a.tar", stream.ToArray());
        (await File.ReadAllTextAsync(Path.Combine(_sandbox, "folder/text"))).ShouldBe("content");
    }

    [Fact]
    public async Task A_damaged_archive_does_not_stay_in_the_cache()
    {
        var whole = await PackAsync("a.tar.gz");
        var file = _folder.File("source/a.tar.gz");
        Directory.CreateDirectory(_folder.File("source"));
        using var fetcher = new Fetcher(new FetchCache(_folder.File("cache"), 1_000_000), TimeSpan.FromMinutes(1), NullLogger.Instance);
        var spec = new FetchSpec { Uri = file, Cache = true };
        await File.WriteAllBytesAsync(file, whole[..^9]);
        await Should.ThrowAsync<TaskStartException>(fetcher.FetchAsync([spec], _sandbox, new(), CancellationToken.None));
        await File.WriteAllBytesAsync(file, whole);
        await fetcher.FetchAsync([spec], _sandbox, new(), CancellationToken.None);
        (await File.ReadAllBytesAsync(Path.Combine(_sandbox, "content"))).Length.ShouldBe(ContentSize);
    }

    private async Task FetchAsync(string name, byte[] bytes)
    {
        var file = _folder.File("source/" + name);
        Directory.CreateDirectory(_folder.File("source"));
        await File.WriteAllBytesAsync(file, bytes);
        using var fetcher = new Fetcher(new FetchCache(_folder.File("cache"), 1_000_000), TimeSpan.FromMinutes(1), NullLogger.Instance);
        await fetcher.FetchAsync([new FetchSpec { Uri = file }], _sandbox, new(), CancellationToken.None).BeforeDeadline();
    }

    private async Task<string> FailureAsync(string name, byte[] bytes)
    {
        var error = await Should.ThrowAsync<TaskStartException>(FetchAsync(name, bytes));
        return error.Message[(error.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..];
    }

    private async Task<string> ShouldBeDamagedAsync(string name, byte[] bytes, string how)
    {
        string message;
        try
        {
            message = await FailureAsync(name, bytes);
        }
        catch (ShouldAssertException)
        {
            throw new ShouldAssertException($"{name}, {how}, was taken for whole");
        }
        message.ShouldStartWith("the archive is damaged: ", customMessage: $"{name}, {how}");
        return message;
    }

    private static string KindOf(string name) => name switch
    {
        "a.tar" => "tar",
        "a.tar.gz" or "a.tgz" => "gzipped tar",
        "a.gz" => "gzip",
        "a.zip" => "zip",
        _ => name.Contains('x', StringComparison.Ordinal) ? "xz tar" : "bzip2 tar",
    };

    private static int EndOfTar(byte[] tar) => ((tar.AsSpan().LastIndexOfAnyExcept((byte)0) / 512) + 1) * 512;

    private async Task<byte[]> PackAsync(string name)
    {
        // What cannot be compressed, so that a cut is a cut of the content.
        var content = new byte[ContentSize];
        new Random(1).NextBytes(content);
        Directory.CreateDirectory(_folder.File("in"));
        await File.WriteAllBytesAsync(_folder.File("in/content"), content);
        var archive = _folder.File(name);
        if (name == "a.gz")
        {
            await using var gzip = new GZipStream(File.Create(archive), CompressionLevel.Fastest);
            gzip.Write(content);
        }
        else if (name == "a.zip")
        {
            await ZipFile.CreateFromDirectoryAsync(_folder.File("in"), archive);
        }
        else
        {
            using var tar = Process.Start("tar", ["-caf", archive, "-C", _folder.File("in"), "content"]);
            await tar.WaitForExitAsync(Deadline.Token());
            tar.ExitCode.ShouldBe(0);
        }
        return await File.ReadAllBytesAsync(archive);
    }
}
