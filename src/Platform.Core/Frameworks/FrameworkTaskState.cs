using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Frameworks;

/// <summary>One task of a framework, as it is stored until its end was acknowledged and for a while after.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FrameworkTaskState")]
public sealed record FrameworkTaskState
{
    private const int MostStatuses = 10;

    /// <summary>The framework's name for it, unique among its tasks.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>The cluster's name for it, unique for ever.</summary>
    [Id(1)] public required string PlaceId { get; init; }

    /// <summary>Where it is.</summary>
    [Id(2)] public required string AgentId { get; init; }

    /// <summary>The tasks that were launched as a group share this and hold their resources under it; null: alone.</summary>
    [Id(3)] public string? Group { get; init; }

    /// <summary>Its executor's name; empty for a plain command.</summary>
    [Id(4)] public string ExecutorId { get; init; } = "";

    /// <summary>What it does, as far as is known.</summary>
    [Id(5)] public TaskState State { get; init; } = TaskState.Staging;

    /// <summary>The role that it is charged to.</summary>
    [Id(6)] public string Role { get; init; } = "*";

    /// <summary>What it holds.</summary>
    [Id(7)] public required Resources Resources { get; init; }

    /// <summary>The task in the words of the framework's protocol.</summary>
    [Id(8)] public byte[] Definition { get; init; } = [];

    /// <summary>Updates that the framework has not acknowledged, oldest first; only the first is sent.</summary>
    [Id(9)] public ValueList<FrameworkUpdate> Unacknowledged { get; init; }

    /// <summary>The latest updates, oldest first, at most 10.</summary>
    [Id(10)] public ValueList<FrameworkUpdate> Statuses { get; init; }

    /// <summary>When it was accepted.</summary>
    [Id(11)] public DateTimeOffset LaunchedAt { get; init; }

    /// <summary>When its end was seen; null: it has not ended.</summary>
    [Id(12)] public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The framework wants it to end.</summary>
    [Id(13)] public bool IsKilled { get; init; }

    /// <summary>How it wants to be found; null: nobody is to find it.</summary>
    [Id(14)] public FrameworkDiscovery? Discovery { get; init; }

    /// <summary>Its executor, by the cluster's name; null: it has none but itself.</summary>
    [Id(15)] public string? RunsIn { get; init; }

    /// <summary>Its executor if that is the default one, which does not run it: its agent does. Null: it is none.</summary>
    [Id(16)] public string? HeldBy { get; init; }

    /// <summary>
    /// The update that gave it its state when the agent said what it has, and which has not come by itself yet. Those before it are told in their order and
    /// change the state no more. Null: none.
    /// </summary>
    [Id(17)] public string? Awaited { get; init; }

    /// <summary>What it runs in, by the cluster's name: its own container or that of its executor.</summary>
    public string Container => HeldBy is null && RunsIn is not null ? RunsIn : PlaceId;

    /// <summary>What is released when it ends: its group or itself.</summary>
    public string HeldAs => Group ?? PlaceId;

    /// <summary>True when it ended and the framework knows.</summary>
    public bool IsCompleted => State.IsTerminal() && Unacknowledged.IsEmpty;

    /// <summary>Takes an update in: the state changes, and the framework is to be told.</summary>
    /// <returns>The task; the same object when the update says nothing new.</returns>
    public FrameworkTaskState With(FrameworkUpdate update)
    {
        if (State.IsTerminal() || Knows(update.Id))
            return this;
        // An agent that has told nobody yet replaces an update by a later one of the same state.
        var isBehind = Awaited is not null && Awaited != update.Id && State != update.Status.State && !update.IsFromControlPlane && !update.Status.State.IsTerminal();
        return this with
        {
            State = isBehind ? State : update.Status.State,
            Awaited = isBehind ? Awaited : null,
            Unacknowledged = [.. Unacknowledged, update],
            Statuses = [.. Statuses.Skip(Math.Max(0, Statuses.Count - MostStatuses + 1)), update],
            EndedAt = update.Status.State.IsTerminal() ? update.Status.Timestamp : null,
        };
    }

    /// <summary>The agent says what it has: this task, and its latest update, which comes by itself too after those that came before it, until it is acknowledged.</summary>
    /// <param name="latest">The update.</param>
    /// <param name="back">What the framework is told when it was told that the task is out of reach, and knows the update already.</param>
    /// <returns>The task; the same object when that says nothing new.</returns>
    public FrameworkTaskState Found(FrameworkUpdate latest, FrameworkUpdate back)
    {
        if (latest.Status.State.IsTerminal() || latest.IsFromControlPlane)
            return With(latest);
        if (State == TaskState.Unreachable && Knows(latest.Id))
            return With(back);
        return State.IsTerminal() || Knows(latest.Id) ? this : this with { State = latest.Status.State, Awaited = latest.Id };
    }

    private bool Knows(string updateId) => Unacknowledged.Any(known => known.Id == updateId) || Statuses.Any(known => known.Id == updateId);

    /// <summary>The framework has this update. The same object when it was not waiting for it.</summary>
    public FrameworkTaskState Acknowledged(string updateId) =>
        !Unacknowledged.IsEmpty && Unacknowledged[0].Id == updateId ? this with { Unacknowledged = [.. Unacknowledged.Skip(1)] } : this;
}
