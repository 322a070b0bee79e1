using System.Diagnostics;
using System.Formats.Tar;
using Docker.DotNet;
using Docker.DotNet.Models;
using Platform.Agent.Processes;

namespace Platform.Benchmarks.Agent;

/// <summary>A Docker Engine for one measurement: socket and images are its own, containers use the machine's network.</summary>
internal sealed class BenchmarkEngine : IAsyncDisposable
{
    /// <summary>A root with busybox and nothing else.</summary>
    public const string Image = "platform-benchmark/busybox:1";

    private const string Busybox = "/bin/busybox";

    private readonly Process _process;
    private readonly string _folder;

    private BenchmarkEngine(Process process, string folder)
    {
        (_process, _folder) = (process, folder);
        Endpoint = new("unix://" + Path.Combine(folder, "docker.sock"));
        Client = new DockerClientBuilder().WithEndpoint(Endpoint).Build();
    }

    public Uri Endpoint { get; }

    public DockerClient Client { get; }

    /// <exception cref="ArgumentException">No engine can be started here.</exception>
    public static async Task<BenchmarkEngine> StartAsync(string parent)
    {
        if (!File.Exists("/usr/sbin/dockerd") || !File.Exists(Busybox) || Libc.EffectiveUser() != 0)
            throw new ArgumentException("This benchmark starts an engine of its own: it needs root, dockerd (docker.io) and /bin/busybox (busybox-static).");
        // The path of a socket is short.
        var folder = Directory.CreateDirectory(Path.Combine(parent, $"platform-engine-{Guid.NewGuid():N}"[..24])).FullName;
        string In(string name) => Path.Combine(folder, name);
        var process = Process.Start(new ProcessStartInfo("/bin/sh",
        [
            "-c", "exec /usr/sbin/dockerd \"$@\" >\"$0\" 2>&1 </dev/null", In("log"), "--host", "unix://" + In("docker.sock"), "--data-root", In("data"), "--exec-root", In("exec"),
            "--pidfile", In("pid"), "--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-masq=false",
        ]))!;
        var engine = new BenchmarkEngine(process, folder);
        var since = Stopwatch.GetTimestamp();
        while (!File.Exists(In("log")) || !(await File.ReadAllTextAsync(In("log"))).Contains("API listen on", StringComparison.Ordinal))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(since) > TimeSpan.FromMinutes(2))
            {
                var last = string.Join(" | ", (await File.ReadAllLinesAsync(In("log"))).TakeLast(3));
                await engine.DisposeAsync();
                throw new ArgumentException($"dockerd did not start: {last}");
            }
            await Task.Delay(50);
        }
        await engine.ImportAsync();
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _ = Libc.Kill(_process.Id, Libc.SigTerm);
        await _process.WaitForExitAsync();
        _process.Dispose();
        // The network namespace of the host, which it has mounted and leaves behind.
        foreach (var left in (await File.ReadAllLinesAsync("/proc/self/mounts")).Select(line => line.Split(' ')[1]).Where(path => path.StartsWith(_folder + "/", StringComparison.Ordinal)).Reverse())
        {
            using var unmount = Process.Start("/bin/umount", left);
            await unmount.WaitForExitAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ImportAsync()
    {
        using var image = new MemoryStream();
        await using (var tar = new TarWriter(image, leaveOpen: true))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "bin/") { Mode = (UnixFileMode)0b111_111_111 });
            await tar.WriteEntryAsync(Busybox, "bin/busybox");
            foreach (var applet in (string[])["sh", "true", "sleep"])
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" });
        }
        image.Position = 0;
        await Client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromSrc = "-", Repo = "platform-benchmark/busybox", Tag = "1" }, image, null, new Progress<JSONMessage>(_ => { }));
        await Client.Images.InspectImageAsync(Image);
    }
}
