using Platform.Agent.Containerizers;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>What the last update of a task says, from what is known of its end.</summary>
internal static class TaskEnd
{
    private static readonly Dictionary<int, string> SignalNames = new()
    {
        [1] = "SIGHUP", [2] = "SIGINT", [3] = "SIGQUIT", [4] = "SIGILL", [5] = "SIGTRAP", [6] = "SIGABRT", [7] = "SIGBUS", [8] = "SIGFPE",
        [9] = "SIGKILL", [10] = "SIGUSR1", [11] = "SIGSEGV", [12] = "SIGUSR2", [13] = "SIGPIPE", [14] = "SIGALRM", [15] = "SIGTERM",
        [24] = "SIGXCPU", [25] = "SIGXFSZ", [31] = "SIGSYS",
    };

    /// <summary>Fills in state, reason, message, exit status and signal.</summary>
    /// <param name="update">The update with all that does not depend on the end.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="kill">The kill that was ordered, if any.</param>
    /// <param name="memoryMegabytes">The memory limit, for the message.</param>
    public static TaskUpdate Describe(TaskUpdate update, ContainerEnd end, KillOrder? kill, double memoryMegabytes)
    {
        update = update with { ExitStatus = end.ExitCode, Signal = end.Signal };
        var how = How(end);
        if (kill is not null)
        {
            return update with
            {
                State = kill.State,
                Reason = kill.Reason,
                Message = kill.Message is null ? how : $"{kill.Message} ({how})",
                Healthy = kill.Healthy ?? update.Healthy,
            };
        }
        if (end.IsOutOfMemory)
            return update with { State = TaskState.Failed, Reason = TaskReasons.MemoryLimit, Message = $"Memory limit exceeded: {memoryMegabytes:0.###} MB ({how})" };
        if (end.Failure is not null)
            return update with { State = TaskState.Failed, Reason = TaskReasons.LaunchFailed, Message = how };
        if (end.ExitCode == 0)
            return update with { State = TaskState.Finished, Message = how };
        return end.Gap is null
            ? update with { State = TaskState.Failed, Reason = TaskReasons.CommandExecutorFailed, Message = how }
            : update with { State = TaskState.Failed, Reason = TaskReasons.AgentRestarted, Message = how };
    }

    private static string How(ContainerEnd end) => end switch
    {
        { Failure: { } failure } => failure,
        { ExitCode: { } code } => $"Command exited with status {code}",
        { Signal: { } signal } => $"Command terminated by signal {SignalNames.GetValueOrDefault(signal, signal.ToString())}",
        _ => end.Gap ?? "Its end is not known",
    };
}
