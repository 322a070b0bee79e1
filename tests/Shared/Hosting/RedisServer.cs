using System.Diagnostics;
using System.Net.Sockets;

namespace Platform.Tests.Hosting;

/// <summary>A Redis of the test's own on a free port, with every write on disk before it is answered.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory;
    private readonly int _port = FreePort.Take();
    private Process? _process;

    private RedisServer(string directory) => _directory = directory;

    /// <summary>How it is reached: <c>host:port</c>.</summary>
    public string Address => $"127.0.0.1:{_port}";

    /// <summary>Its process, for a test that stops it for a while.</summary>
    public int ProcessId => _process!.Id;

    /// <param name="parent">Where the folder of its files is made. Default: where temporary files are.</param>
    public static async Task<RedisServer> StartAsync(string? parent = null)
    {
        var server = new RedisServer(parent is null
            ? Directory.CreateTempSubdirectory("redis-").FullName
            : Directory.CreateDirectory(Path.Combine(parent, $"redis-{Guid.NewGuid():N}")).FullName);
        try
        {
            await server.RunAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs it again on what it has on disk.</summary>
    public async Task RunAsync()
    {
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["--bind", "127.0.0.1", "--port", $"{_port}", "--dir", _directory, "--appendonly", "yes", "--appendfsync", "always", "--save", ""])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                ready.TrySetException(new InvalidOperationException("redis-server ended."));
            else if (line.Data.Contains("Ready to accept connections", StringComparison.Ordinal))
                ready.TrySetResult();
        };
        _process.BeginOutputReadLine();
        await ready.Task.WaitAsync(Patience);
        using var reached = new TcpClient();
        await reached.ConnectAsync("127.0.0.1", _port);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
