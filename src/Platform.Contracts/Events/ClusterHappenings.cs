using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Contracts.Events;

/// <summary>What became of an agent.</summary>
[GenerateSerializer, Alias("Platform.AgentChange")]
public enum AgentChange
{
    /// <summary>It dialed in for the first time.</summary>
    Added,

    /// <summary>It dialed in again after it was unreachable.</summary>
    Reachable,

    /// <summary>It is not heard any more.</summary>
    Unreachable,

    /// <summary>It will not come back.</summary>
    Removed,
}

/// <summary>An agent came or went.</summary>
/// <param name="Change">Which of it.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="Name">Its name.</param>
/// <param name="Host">Its host.</param>
/// <param name="Reason">Why; null: nothing to say.</param>
[GenerateSerializer, Immutable, Alias("Platform.AgentChanged")]
public sealed record AgentChanged(
    [property: Id(0)] AgentChange Change, [property: Id(1)] string AgentId, [property: Id(2)] string Name, [property: Id(3)] string Host, [property: Id(4)] string? Reason) : Happening;

/// <summary>Something of a framework or its tasks has changed: who wants to know what asks.</summary>
/// <param name="FrameworkId">The framework.</param>
/// <param name="Name">Its name.</param>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkChanged")]
public sealed record FrameworkChanged([property: Id(0)] string FrameworkId, [property: Id(1)] string Name) : Happening;

/// <summary>Labels of a framework's task are passed over, because they cannot be read. It is told once of all tasks of one name.</summary>
/// <param name="FrameworkId">The framework.</param>
/// <param name="Name">Its name.</param>
/// <param name="Task">The task's name.</param>
/// <param name="Warnings">Which, and what to write.</param>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkLabelsUnread")]
public sealed record FrameworkLabelsUnread(
    [property: Id(0)] string FrameworkId, [property: Id(1)] string Name, [property: Id(2)] string Task, [property: Id(3)] ValueList<LabelWarning> Warnings) : Happening;

/// <summary>The clock of a machine of the control plane was set.</summary>
/// <param name="Host">The machine.</param>
/// <param name="By">By how much; negative: back.</param>
/// <param name="Message">What that means, for people.</param>
[GenerateSerializer, Immutable, Alias("Platform.ClockJumped")]
public sealed record ClockJumped([property: Id(0)] string Host, [property: Id(1)] TimeSpan By, [property: Id(2)] string Message) : Happening;

/// <summary>Somebody begins to read events.</summary>
/// <param name="Address">Where from; empty: not known.</param>
[GenerateSerializer, Immutable, Alias("Platform.ReaderAttached")]
public sealed record ReaderAttached([property: Id(0)] string Address) : Happening;

/// <summary>Somebody reads events no more.</summary>
/// <param name="Address">Where from; empty: not known.</param>
[GenerateSerializer, Immutable, Alias("Platform.ReaderDetached")]
public sealed record ReaderDetached([property: Id(0)] string Address) : Happening;
