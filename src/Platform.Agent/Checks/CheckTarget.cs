using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Checks;

/// <summary>Where a task is to be found.</summary>
internal sealed record CheckTarget
{
    /// <summary>The address of the agent; the loopback address is tried first.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The addresses of the task in networks of its own; empty: it uses the agent's.</summary>
    public ValueList<string> Addresses { get; init; }

    /// <summary>The task's ports, to know which port inside a port of the agent leads to.</summary>
    public ValueList<PortSpec> Ports { get; init; }

    /// <summary>Who listens on a port in place of the task, for people; null: the task does, or that cannot be known.</summary>
    public Func<int, string?> StrangerOn { get; init; } = _ => null;

    /// <summary>Runs a command beside the task and returns its exit status; null: ended by a signal, not started, or cancelled.</summary>
    public Func<CommandSpec, CancellationToken, Task<int?>> Execute { get; init; } = (_, _) => Task.FromResult<int?>(null);
}
