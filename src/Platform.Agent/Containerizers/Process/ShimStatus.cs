using Platform.Agent.Files;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;

namespace Platform.Agent.Containerizers.Process;

/// <summary>What a task's supervisor has written so far. The lines are described in Native/shim.c.</summary>
internal sealed record ShimStatus
{
    /// <summary>The supervisor; null: it has not begun.</summary>
    public ProcessIdentity? Shim { get; init; }

    /// <summary>The task's first process; null: not started yet, or it could not be.</summary>
    public ProcessIdentity? Task { get; init; }

    /// <summary>The step at which the start failed: cgroup, user, chdir, output, exec, isolate or terminal; null: it did not.</summary>
    public string? FailedStep { get; init; }

    /// <summary>With <see cref="FailedStep"/>: the error number.</summary>
    public int Error { get; init; }

    /// <summary>Exit status; null: not ended, or by a signal.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended it; null: not ended, or by itself.</summary>
    public int? Signal { get; init; }

    /// <summary>Cpu time of the whole life. Microseconds; 0: not known.</summary>
    public long CpuMicroseconds { get; init; }

    /// <summary>The largest resident size. Kilobytes; 0: not known.</summary>
    public long MaxResidentKilobytes { get; init; }

    /// <summary>True if nothing more will be written.</summary>
    public bool IsEnd => FailedStep is not null || ExitCode is not null || Signal is not null;

    /// <summary>What is written in a task's file so far.</summary>
    public static ShimStatus Read(string file) =>
        SmallFile.Read(file) is { } text ? Parse(text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]) : new ShimStatus();

    /// <summary>Reads the lines; one that is not complete yet does not count.</summary>
    public static ShimStatus Parse(string text)
    {
        var status = new ShimStatus();
        string? remark = null;
        var complete = text.LastIndexOf('\n') + 1;
        foreach (var line in text[..complete].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            switch (words)
            {
                case ["shim", var pid, var start]:
                    status = status with { Shim = Identity(pid, start) };
                    break;
                case ["task", var pid, var start]:
                    status = status with { Task = Identity(pid, start) };
                    break;
                case ["fail", var step, var error]:
                    status = status with { FailedStep = step, Error = int.Parse(error) };
                    break;
                case ["signal", var signal, var micros, var resident]:
                    status = status with { Signal = int.Parse(signal), CpuMicroseconds = long.Parse(micros), MaxResidentKilobytes = long.Parse(resident) };
                    break;
                case ["exit", var code, var micros, var resident]:
                    status = status with { ExitCode = int.Parse(code), CpuMicroseconds = long.Parse(micros), MaxResidentKilobytes = long.Parse(resident) };
                    break;
                case ["exit", var code]:
                    status = status.FailedStep is null ? OfShell(status, int.Parse(code), remark) : status;
                    break;
                default:
                    if (!TaskFile.IsOfAgent(line))
                        remark = line;
                    break;
            }
        }
        return status;
    }

    /// <summary>
    /// A shell reports an end by signal n as 128 + n. Before that it has remarked on the signal ("Killed"), except on SIGINT and
    /// SIGPIPE: without a remark, and but for these two, it was an exit with that very status.
    /// </summary>
    private static ShimStatus OfShell(ShimStatus status, int code, string? remark)
    {
        const int SigInt = 2, SigPipe = 13;
        var signal = code - 128;
        return signal > 0 && (remark is not null || signal is SigInt or SigPipe)
            ? status with { Signal = signal }
            : status with { ExitCode = code };
    }

    private static ProcessIdentity Identity(string pid, string start) => new(int.Parse(pid), long.Parse(start));
}
