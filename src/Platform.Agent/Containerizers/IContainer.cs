using Platform.Agent.Processes;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers;

/// <summary>What one task runs in, whether this run of the agent started it or found it.</summary>
internal interface IContainer
{
    /// <summary>Completes when the task runs, or with null when it is known that it cannot, or has ended already.</summary>
    Task<RunningContainer?> Started { get; }

    /// <summary>Completes when the task and all that it left behind have ended.</summary>
    Task<ContainerEnd> Ended { get; }

    /// <summary>How long ago it was started.</summary>
    TimeSpan Age { get; }

    /// <summary>True once one of its processes was killed for lack of memory.</summary>
    bool IsOutOfMemory { get; }

    /// <summary>Asks it to end: SIGTERM, or what it has said to be its stop signal. Does not wait.</summary>
    void Stop();

    /// <summary>Sends a signal to it. Does not wait.</summary>
    void Signal(int signal);

    /// <summary>SIGKILL to everything in it. Does not wait, and may have to be repeated until it has ended.</summary>
    void Kill();

    /// <summary>Frees all that it has of the machine but the sandbox. Idempotent.</summary>
    Task DestroyAsync();

    /// <summary>Its processes, where they listen on the machine's own ports; null: they do not, or it is not known which they are.</summary>
    IReadOnlyCollection<int>? Processes() => null;

    /// <summary>Whether a process of the machine is one of its own, as the kernel tells it.</summary>
    bool Owns(int pid);

    /// <summary>What it uses; null: not known now.</summary>
    /// <param name="table">All processes of the machine, read once for all who need them.</param>
    ContainerUsage? Measure(Lazy<List<ProcessEntry>> table);

    /// <summary>Runs a short command beside the task: in its folder, with its environment and limits. It is killed when cancelled.</summary>
    /// <returns>The exit status; null if it was ended by a signal, could not be started, or was cancelled.</returns>
    Task<int?> RunAsync(CommandSpec command, CancellationToken cancellation);

    /// <summary>Runs a command beside the task as <see cref="RunAsync"/> does, with its input and output.</summary>
    /// <exception cref="TaskStartException">It cannot be run, with the reason.</exception>
    Task<IAttachedCommand> AttachAsync(AttachRequest request, CancellationToken cancellation);

    /// <summary>Attaches to what the task itself reads: its terminal. Of an <see cref="IAttachedCommand"/> it has the input and the size; what the task writes is in its sandbox.</summary>
    /// <exception cref="TaskStartException">The task has no terminal, or is in a container that does not give it away.</exception>
    Task<IAttachedCommand> AttachInputAsync() => throw NoTerminal();

    /// <summary>There is nothing to attach to.</summary>
    static TaskStartException NoTerminal() => new(TaskReasons.LaunchFailed, "The task has no terminal that can be attached to");
}
