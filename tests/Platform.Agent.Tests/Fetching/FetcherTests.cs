using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent.Fetching;
using Platform.Agent.Tasks;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Fetching;

public sealed class FetcherTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _sandbox;

    public FetcherTests()
    {
        _sandbox = _folder.File("sandbox");
        Directory.CreateDirectory(_sandbox);
        Directory.CreateDirectory(_folder.File("cache"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.tar.gz")]
    [InlineData("a.tgz")]
    [InlineData("a.tar.bz2")]
    [InlineData("a.tar.xz")]
    [InlineData("a.zip")]
    public async Task An_archive_is_extracted_with_its_folders_and_executable_bits(string name)
    {
        _folder.Write("in/dir/hello.sh", "#!/bin/sh\necho hello\n");
        File.SetUnixFileMode(_folder.File("in/dir/hello.sh"), (UnixFileMode)0b111_101_101);
        var archive = await PackAsync(name);
        await FetchAsync(new FetchSpec { Uri = "file://" + archive });
        (await File.ReadAllTextAsync(InSandbox("dir/hello.sh"))).ShouldBe("#!/bin/sh\necho hello\n");
        File.GetUnixFileMode(InSandbox("dir/hello.sh")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
        File.Exists(InSandbox(name)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_gz_file_that_is_no_tar_is_unpacked_to_its_name()
    {
        await using (var file = File.Create(_folder.File("text.gz")))
        await using (var gzip = new GZipStream(file, CompressionMode.Compress))
            gzip.Write("content"u8);
        await FetchAsync(new FetchSpec { Uri = _folder.File("text.gz") });
        (await File.ReadAllTextAsync(InSandbox("text"))).ShouldBe("content");
    }

    [Fact]
    public async Task A_file_can_be_renamed_made_executable_or_left_packed()
    {
        _folder.Write("run.tar", "not really");
        await FetchAsync(new FetchSpec { Uri = _folder.File("run.tar"), Extract = false, DestPath = "bin/run" });
        (await File.ReadAllTextAsync(InSandbox("bin/run"))).ShouldBe("not really");
        await FetchAsync(new FetchSpec { Uri = _folder.File("run.tar"), Executable = true });
        File.GetUnixFileMode(InSandbox("run.tar")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
    }

    [Fact]
    public async Task By_http_the_status_and_the_name_come_from_the_server_and_the_address()
    {
        await using var server = await ServeAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/a/file.txt" ? 200 : 404;
            return context.Response.WriteAsync("served");
        });
        await FetchAsync(new FetchSpec { Uri = server.Urls.First() + "/a/file.txt?x=1" });
        (await File.ReadAllTextAsync(InSandbox("file.txt"))).ShouldBe("served");
        var error = await Should.ThrowAsync<TaskStartException>(FetchAsync(new FetchSpec { Uri = server.Urls.First() + "/b" }));
        error.Reason.ShouldBe(TaskReasons.FetchFailed);
        error.Message.ShouldBe($"Failed to fetch {server.Urls.First()}/b: the server answered with HTTP status 404");
    }

    [Theory]
    [InlineData("ftp://example.org/x", "only http, https and file addresses and absolute paths can be fetched")]
    [InlineData("/no/such/file", "there is no file /no/such/file on this agent")]
    [InlineData("http://127.0.0.1:1/x", "Connection refused (127.0.0.1:1)")]
    [InlineData("file:///", "the address does not end in a file name; give destPath")]
    public async Task What_cannot_be_fetched_has_a_readable_reason(string uri, string why) =>
        (await Should.ThrowAsync<TaskStartException>(FetchAsync(new FetchSpec { Uri = uri }))).Message.ShouldBe($"Failed to fetch {uri}: {why}");

    [Fact]
    public async Task A_destination_outside_of_the_sandbox_is_refused()
    {
        _folder.Write("x", "");
        var error = await Should.ThrowAsync<TaskStartException>(FetchAsync(new FetchSpec { Uri = _folder.File("x"), DestPath = "../escaped" }));
        error.Message.ShouldContain("the destination is outside of the sandbox");
        File.Exists(_folder.File("escaped")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/tmp/platform-agent-escaped")]
    [InlineData("a/../../escaped")]
    public async Task A_tar_entry_that_leads_out_of_the_sandbox_is_refused(string entry)
    {
        await WriteTarAsync(new PaxTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream("x"u8.ToArray()) });
        await ShouldLeadOutAsync();
    }

    [Fact]
    public async Task A_tar_link_that_leads_out_of_the_sandbox_is_refused()
    {
        await WriteTarAsync(
            new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = ".." },
            new PaxTarEntry(TarEntryType.RegularFile, "link/escaped") { DataStream = new MemoryStream("x"u8.ToArray()) });
        await ShouldLeadOutAsync();
    }

    [Theory]
    [InlineData("out/escaped")] // through the link
    [InlineData("out")] // in the place of the link
    public async Task A_tar_link_that_leads_out_of_the_sandbox_only_as_the_kernel_follows_it_is_not_followed(string entry)
    {
        // By its text "a/b/up/../escaped" is a/b/escaped. But "up" leads to the top, and from there ".." leads out.
        await WriteTarAsync(
            new PaxTarEntry(TarEntryType.Directory, "a/b"),
            new PaxTarEntry(TarEntryType.SymbolicLink, "a/b/up") { LinkName = "../.." },
            new PaxTarEntry(TarEntryType.SymbolicLink, "out") { LinkName = entry == "out" ? "a/b/up/../escaped" : "a/b/up/.." },
            new PaxTarEntry(TarEntryType.RegularFile, entry) { DataStream = new MemoryStream("x"u8.ToArray()) });
        if (entry == "out")
        {
            // The file takes the place of the link.
            await FetchAsync(new FetchSpec { Uri = _folder.File("bad.tar") });
            (await File.ReadAllTextAsync(InSandbox("out"))).ShouldBe("x");
        }
        else
        {
            await ShouldLeadOutAsync();
            // The link is there now; nor does a later fetch follow it.
            _folder.Write("x", "x");
            var error = await Should.ThrowAsync<TaskStartException>(FetchAsync(new FetchSpec { Uri = _folder.File("x"), DestPath = "out/escaped" }));
            error.Message.ShouldContain("the destination is outside of the sandbox");
        }

        File.Exists(_folder.File("escaped")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_zip_entry_that_leads_out_of_the_sandbox_is_refused()
    {
        await using (var file = File.Create(_folder.File("bad.zip")))
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create))
            zip.CreateEntry("../escaped").Open().Dispose();
        await ShouldLeadOutAsync("bad.zip");
    }

    [Fact]
    public async Task Tasks_share_a_cached_file_and_only_the_first_fetches_it()
    {
        var requests = 0;
        await using var server = await ServeAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return context.Response.WriteAsync("shared");
        });
        var spec = new FetchSpec { Uri = server.Urls.First() + "/shared.txt", Cache = true };
        var cache = new FetchCache(_folder.File("cache"), 1000);
        using var fetcher = new Fetcher(cache, TimeSpan.FromMinutes(1), NullLogger.Instance);
        var sandboxes = Enumerable.Range(0, 10).Select(i => Directory.CreateDirectory(_folder.File($"s{i}")).FullName).ToList();
        await Task.WhenAll(sandboxes.Select(s => fetcher.FetchAsync([spec], s, new(), CancellationToken.None)));
        requests.ShouldBe(1);
        sandboxes.ShouldAllBe(s => File.ReadAllText(Path.Combine(s, "shared.txt")) == "shared");
    }

    [Fact]
    public async Task The_file_that_was_not_used_for_longest_leaves_a_full_cache()
    {
        var fetched = new List<string>();
        var cache = new FetchCache(_folder.File("cache"), 25);
        foreach (var uri in (string[])["a", "b", "a", "c", "a", "b"])
        {
            using var lease = await cache.GetAsync(uri, async file =>
            {
                fetched.Add(uri);
                await File.WriteAllTextAsync(file, new string('x', 10));
            }, CancellationToken.None);
        }
        // 25 bytes hold two files of 10: c drives out b, since a was used after it; a stays; b comes again.
        fetched.ShouldBe(["a", "b", "c", "b"]);
    }

    [Fact]
    public async Task A_file_larger_than_the_cache_is_a_failure()
    {
        _folder.Write("large", new string('x', 100));
        var error = await Should.ThrowAsync<TaskStartException>(FetchAsync(new FetchSpec { Uri = _folder.File("large"), Cache = true }, capacity: 10));
        error.Message.ShouldContain("it is more than the 10 bytes that may be fetched");
        error.Message.ShouldContain("--cache-size");
    }

    private async Task FetchAsync(FetchSpec spec, long capacity = 1_000_000)
    {
        using var fetcher = new Fetcher(new FetchCache(_folder.File("cache"), capacity), TimeSpan.FromMinutes(1), NullLogger.Instance);
        await fetcher.FetchAsync([spec], _sandbox, new(), CancellationToken.None).BeforeDeadline();
    }

    private async Task ShouldLeadOutAsync(string archive = "bad.tar")
    {
        var error = await Should.ThrowAsync<TaskStartException>(FetchAsync(new FetchSpec { Uri = _folder.File(archive) }));
        error.Message.ShouldContain("that leads out of the folder");
        Directory.GetFiles(_folder.Path, "escaped*").ShouldBeEmpty();
    }

    private async Task WriteTarAsync(params TarEntry[] entries)
    {
        await using var writer = new TarWriter(File.Create(_folder.File("bad.tar")));
        foreach (var entry in entries)
            await writer.WriteEntryAsync(entry);
    }

    private async Task<string> PackAsync(string name)
    {
        var archive = _folder.File(name);
        if (name.EndsWith(".zip", StringComparison.Ordinal))
        {
            await ZipFile.CreateFromDirectoryAsync(_folder.File("in"), archive);
            return archive;
        }
        using var tar = Process.Start("tar", ["-caf", archive, "-C", _folder.File("in"), "."]);
        await tar.WaitForExitAsync(Deadline.Token());
        tar.ExitCode.ShouldBe(0);
        return archive;
    }

    private string InSandbox(string path) => Path.Combine(_sandbox, path);

    private static async Task<WebApplication> ServeAsync(RequestDelegate handle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(handle);
        await app.StartAsync();
        return app;
    }
}
