using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Platform.Networking.Ingress;

/// <summary>The HAProxy that serves: a child of this process, or one that others run.</summary>
internal sealed partial class HaproxyProcess(HaproxyOptions options, Action exited) : IDisposable
{
    private const int Reload = 12; // SIGUSR2
    private const int Terminate = 15;
    private const int LongestMessage = 2_000;

    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private Process? _child;
    private int? _adopted;

    /// <summary>It is run as a child.</summary>
    internal bool IsOwn => options.ReloadCommand is null && options.PidFile is null;

    /// <summary>The process id of its master, as far as it is known.</summary>
    internal int? Master => !IsOwn ? options.PidFile is { } file ? ReadPid(file) : null
        : _child is { HasExited: false } child ? child.Id
        : _adopted is { } pid && IsHaproxy(pid) ? pid : null;

    /// <summary>HAProxy's own check of a configuration. What it says against it; null: it is valid.</summary>
    /// <exception cref="HaproxyException">The program cannot be run.</exception>
    internal async Task<string?> CheckAsync(string file, CancellationToken cancellationToken)
    {
        var (status, output) = await RunAsync(options.Program, ["-c", "-f", file], cancellationToken);
        return status == 0 ? null : output.Length == 0 ? $"status {status}" : output;
    }

    /// <summary>Takes over the child of a process before this one, which ended without ending it. False: there is none.</summary>
    internal bool TryAdopt()
    {
        _adopted = IsOwn && ReadPid(OwnPidFile) is { } pid && IsHaproxy(pid) ? pid : null;
        return _adopted is not null;
    }

    /// <summary>Lets it read its configuration again; starts it if it is a child that does not run.</summary>
    /// <exception cref="HaproxyException">It cannot be told.</exception>
    internal async Task ReloadAsync(CancellationToken cancellationToken)
    {
        if (options.ReloadCommand is { } command)
        {
            var (status, output) = await RunAsync("/bin/sh", ["-c", command], cancellationToken);
            if (status != 0)
                throw new HaproxyException($"'{command}' ended with status {status}: {output}");
            return;
        }
        if (IsOwn && Master is null)
        {
            Start();
            return;
        }
        var pid = Master ?? throw new HaproxyException($"{options.PidFile} has no process id; HAProxy in master-worker mode writes it: haproxy -W -p {options.PidFile} -f {options.ConfigPath}");
        if (Kill(pid, Reload) != 0)
            throw new HaproxyException($"HAProxy with process id {pid} cannot be signalled (error {Marshal.GetLastPInvokeError()})");
    }

    /// <summary>Ends a child.</summary>
    internal async Task StopAsync()
    {
        if (!IsOwn || Master is not { } pid)
            return;
        Kill(pid, Terminate);
        if (_child is not { HasExited: false } child)
            return;
        using var limit = new CancellationTokenSource(LongestEnd);
        try
        {
            await child.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            child.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => _child?.Dispose();

    private void Start()
    {
        _child?.Dispose();
        var child = new Process { StartInfo = new(options.Program, ["-W", "-p", OwnPidFile, "-f", options.ConfigPath]) { UseShellExecute = false, RedirectStandardInput = true }, EnableRaisingEvents = true };
        child.Exited += (_, _) => exited();
        try
        {
            child.Start();
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            child.Dispose();
            _child = null;
            throw new HaproxyException($"{options.Program} cannot be started: {failure.Message}", failure);
        }
        _child = child;
    }

    private static async Task<(int Status, string Output)> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = new(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new HaproxyException($"{program} cannot be started: {failure.Message}", failure);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestRun);
        try
        {
            process.StandardInput.Close();
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            var told = (await output + await errors).Trim();
            return (process.ExitCode, told.Length > LongestMessage ? told[..LongestMessage] : told);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new HaproxyException($"{program} did not end within {LongestRun.TotalSeconds:0} seconds");
        }
    }

    private string OwnPidFile => options.ConfigPath + ".pid";

    // The number may be that of another process by now.
    internal bool IsHaproxy(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0') is [var program, ..] && Path.GetFileName(program) == Path.GetFileName(options.Program);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int? ReadPid(string file)
    {
        try
        {
            return int.TryParse(File.ReadLines(file).FirstOrDefault()?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1 ? pid : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
