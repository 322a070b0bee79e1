using Platform.Agent.Processes;
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
    /// <param name="status">What the supervisor wrote.</param>
    /// <param name="kill">The kill that was ordered, if any.</param>
    /// <param name="oomKills">How many of its processes the kernel killed for lack of memory.</param>
    /// <param name="memoryMegabytes">The memory limit, for the message.</param>
    public static TaskUpdate Describe(TaskUpdate update, ShimStatus status, KillOrder? kill, long oomKills, double memoryMegabytes)
    {
        update = update with { ExitStatus = status.ExitCode, Signal = status.Signal };
        var how = How(status);
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
        if (oomKills > 0 && status.ExitCode != 0)
            return update with { State = TaskState.Failed, Reason = TaskReasons.MemoryLimit, Message = $"Memory limit exceeded: {memoryMegabytes:0.###} MB ({how})" };
        if (status.FailedStep is not null)
            return update with { State = TaskState.Failed, Reason = TaskReasons.LaunchFailed, Message = how };
        if (status.ExitCode == 0)
            return update with { State = TaskState.Finished, Message = how };
        return status.IsEnd
            ? update with { State = TaskState.Failed, Reason = TaskReasons.CommandExecutorFailed, Message = how }
            : update with { State = TaskState.Failed, Reason = TaskReasons.AgentRestarted, Message = how };
    }

    private static string How(ShimStatus status) => status switch
    {
        { FailedStep: "cgroup" } => $"The task could not join its cgroup: {Libc.Describe(status.Error)}",
        { FailedStep: "user" } => $"The task could not switch to its user: {Libc.Describe(status.Error)}",
        { FailedStep: "chdir" } => $"The sandbox could not be entered: {Libc.Describe(status.Error)}",
        { FailedStep: "output" } => $"stdout and stderr could not be created in the sandbox: {Libc.Describe(status.Error)}",
        { FailedStep: not null } => $"The command could not be executed: {Libc.Describe(status.Error)}",
        { ExitCode: { } code } => $"Command exited with status {code}",
        { Signal: { } signal } => $"Command terminated by signal {SignalNames.GetValueOrDefault(signal, signal.ToString())}",
        _ => "The task's supervisor was killed, so its exit status is not known",
    };
}
