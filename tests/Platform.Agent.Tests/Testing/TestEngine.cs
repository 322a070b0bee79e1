using System.Diagnostics;
using System.Formats.Tar;
using Docker.DotNet;
using Docker.DotNet.Models;
using Platform.Agent.Processes;

namespace Platform.Agent.Tests.Testing;

/// <summary>
/// A Docker Engine of its own: socket, images and bridge are the tests'. It makes no rules of iptables, so that it needs no rights on them and
/// disturbs no other engine; ports are published by its proxy, on loopback alone.
/// </summary>
public sealed class TestEngine : IAsyncLifetime
{
    /// <summary>A root with busybox and nothing else.</summary>
    public const string Image = "platform-test/busybox:1";

    private const string Busybox = "/bin/busybox";

    private readonly string _folder = Directory.CreateTempSubdirectory("platform-engine-").FullName;
    private readonly string _bridge = $"plt{Environment.ProcessId}";
    private Process? _process;

    /// <summary>Why it could not be started; null: it runs.</summary>
    public string? Missing { get; private set; }

    public Uri Endpoint => new("unix://" + Path.Combine(_folder, "docker.sock"));

    private string Log => Path.Combine(_folder, "log");

    public DockerClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Missing = await TryStartAsync();
    }

    public async Task DisposeAsync()
    {
        await StopAsync(Libc.SigTerm);
        Client?.Dispose();
        await RunAsync("ip", "link", "delete", _bridge);
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A mount of a container that was killed with its engine.
        }
    }

    /// <summary>Starts it again on the same images. Null: it runs; else why not.</summary>
    public async Task<string?> RestartAsync()
    {
        // On a busy machine its own containerd may not be there within its time.
        const int Attempts = 4;
        string? problem = null;
        for (var i = 0; i < Attempts && (i == 0 || problem is not null); i++)
            problem = await StartProcessAsync();
        return problem;
    }

    /// <summary>The containers of an agent, ended ones too.</summary>
    public Task<IList<ContainerListResponse>> ContainersAsync() => Client.Containers.ListContainersAsync(new ContainersListParameters { All = true });

    private async Task<string?> TryStartAsync()
    {
        if (Libc.EffectiveUser() != 0)
            return "a Docker Engine needs root";
        if (!OnPath("dockerd") || !File.Exists(Busybox))
            return "dockerd (docker.io) or /bin/busybox (busybox-static) is not installed";
        if (await RunAsync("ip", "link", "add", _bridge, "type", "bridge") != 0)
            return "this machine does not let a bridge be made";
        await RunAsync("ip", "addr", "add", $"10.{200 + (Environment.ProcessId % 50)}.{Environment.ProcessId / 50 % 250}.1/24", "dev", _bridge);
        await RunAsync("ip", "link", "set", _bridge, "up");
        if (await StartProcessAsync() is { } problem)
            return problem;
        await ImportAsync();
        return null;
    }

    private async Task<string?> StartProcessAsync()
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c", "exec dockerd \"$@\" >>\"$0\" 2>&1 </dev/null", Log,
                "--host", Endpoint.OriginalString, "--data-root", Path.Combine(_folder, "data"), "--exec-root", Path.Combine(_folder, "exec"),
                "--pidfile", Path.Combine(_folder, "pid"), "--bridge", _bridge, "--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip", "127.0.0.1",
            },
        };
        using var watcher = new ProcessWatcher();
        var before = File.Exists(Log) ? new FileInfo(Log).Length : 0;
        _process = Process.Start(start)!;
        Client = new DockerClientBuilder().WithEndpoint(Endpoint).Build();
        var exit = _process.WaitForExitAsync();
        while (true)
        {
            var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var watch = watcher.Watch(_folder, () => written.TrySetResult());
            var log = File.Exists(Log) ? await ReadAsync(before) : "";
            if (log.Contains("API listen on", StringComparison.Ordinal))
                break;
            if (exit.IsCompleted)
                return $"dockerd did not start: {string.Join(" | ", log.Split('\n').TakeLast(3))}";
            await Task.WhenAny(written.Task, exit).WaitAsync(TimeSpan.FromMinutes(2));
        }
        await Client.System.PingAsync();
        return null;
    }

    private async Task<string> ReadAsync(long offset)
    {
        await using var file = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = offset;
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Makes an image of the one with busybox and a variable, gives it a name in a registry, and pushes it there.</summary>
    internal async Task PushAsync(string name, string variable, AuthConfig? credentials = null)
    {
        var container = await Client.Containers.CreateContainerAsync(new() { Image = Image, Cmd = ["true"] });
        var (repository, tag) = (name[..name.LastIndexOf(':')], name[(name.LastIndexOf(':') + 1)..]);
        await Client.Images.CommitContainerChangesAsync(new() { ContainerID = container.ID, RepositoryName = repository, Tag = tag, Changes = [$"ENV {variable}"] });
        await Client.Containers.RemoveContainerAsync(container.ID, new());
        var problems = new List<string>();
        await Client.Images.PushImageAsync(repository, new() { Tag = tag }, credentials ?? new(), new Collected(problems));
        problems.ShouldBeEmpty();
        await Client.Images.DeleteImageAsync(name, new() { Force = true });
    }

    /// <summary>Ends the engine's process by a signal.</summary>
    internal async Task StopAsync(int signal)
    {
        if (_process is not { HasExited: false } process)
            return;
        _ = Libc.Kill(process.Id, signal);
        await process.WaitForExitAsync().BeforeDeadline();
    }

    private async Task ImportAsync()
    {
        using var image = new MemoryStream();
        await using (var tar = new TarWriter(image, leaveOpen: true))
        {
            foreach (var folder in (string[])["bin/", "tmp/", "etc/", "data/"])
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)0b111_111_111 });
            await tar.WriteEntryAsync(Busybox, "bin/busybox");
            foreach (var applet in (string[])["sh", "sleep", "echo", "cat", "ls", "httpd", "env", "id", "kill", "dd", "head", "wget", "nslookup", "tty", "stty", "seq", "mkdir", "touch", "ps", "true", "hostname", "test"])
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" });
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "etc/passwd")
            {
                DataStream = new MemoryStream("root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"u8.ToArray()),
            });
        }
        image.Position = 0;
        var problems = new List<string>();
        await Client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromSrc = "-", Repo = "platform-test/busybox", Tag = "1" }, image, null, new Progress<JSONMessage>(said => problems.Add(said.Error?.Message ?? "")));
        await Client.Images.InspectImageAsync(Image);
    }

    // Unlike Progress, which tells later and elsewhere.
    private sealed class Collected(List<string> problems) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value)
        {
            if (value.Error is { } error)
                problems.Add(error.Message ?? "");
        }
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;
        }
    }
}
