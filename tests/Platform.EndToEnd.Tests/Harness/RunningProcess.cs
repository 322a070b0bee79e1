using System.Collections.Concurrent;
using System.Diagnostics;

namespace Platform.EndToEnd.Tests.Harness;

/// <summary>A process of the product that runs until it is told to stop, with everything that it writes.</summary>
internal sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> waits = [];
    private readonly Lock gate = new();

    private RunningProcess(string name, Process process)
    {
        Name = name;
        this.process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal string Name { get; }

    internal int Id => process.Id;

    internal bool HasExited => process.HasExited;

    internal int ExitCode => process.ExitCode;

    /// <summary>Everything it wrote so far.</summary>
    internal string Log => string.Join('\n', lines);

    internal static RunningProcess Start(string name, string workingDirectory, params IEnumerable<string> arguments) =>
        Start(name, Executable.Start(workingDirectory, arguments));

    internal static RunningProcess Start(string name, ProcessStartInfo start)
    {
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new RunningProcess(name, process);
    }

    /// <summary>The first line, written already or to come, that is wanted.</summary>
    internal async Task<string> LineAsync(Func<string, bool> wanted, TimeSpan limit)
    {
        TaskCompletionSource<string> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (lines.FirstOrDefault(wanted) is { } there)
                return there;
            waits.Add((wanted, found));
        }

        var ended = process.WaitForExitAsync();
        var first = await Task.WhenAny(found.Task, ended, Task.Delay(limit));
        if (first == found.Task || found.Task.IsCompleted)
            return await found.Task;
        throw new InvalidOperationException(
            first == ended ? $"{Name} ended with status {process.ExitCode}:\n{Log}" : $"{Name} did not write the awaited line within {limit.TotalSeconds} s:\n{Log}");
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    internal Task KillAsync()
    {
        Signals.Send(process.Id, Signals.Kill);
        return EndAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGTERM, and waits until it has ended by itself.</summary>
    internal Task TerminateAsync()
    {
        Signals.Send(process.Id, Signals.Terminate);
        return EndAsync(TimeSpan.FromSeconds(60));
    }

    internal async Task EndAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} did not end within {limit.TotalSeconds} s:\n{Log}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (gate)
        {
            lines.Enqueue(line);
            for (var i = waits.Count - 1; i >= 0; i--)
            {
                if (!waits[i].Wanted(line))
                    continue;
                waits[i].Found.TrySetResult(line);
                waits.RemoveAt(i);
            }
        }
    }
}
