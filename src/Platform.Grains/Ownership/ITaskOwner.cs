using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Grains.Ownership;

/// <summary>What an owner decides by itself; all else about its tasks is done by its <see cref="OwnershipEngine{TTask, TFor}"/>.</summary>
/// <remarks>No member may send anything: what is to follow is given to the engine, which does it when it is stored.</remarks>
/// <typeparam name="TTask">The record of a task.</typeparam>
/// <typeparam name="TFor">What a demand is for, such as the definition that tasks are made from.</typeparam>
public interface ITaskOwner<TTask, TFor>
    where TTask : class, IOwnedTask<TTask>
{
    /// <summary>The owner text, such as <c>app:/shop/web</c>.</summary>
    string Owner { get; }

    /// <summary>The term of this activation: recorded with its first write, greater than that of each before.</summary>
    long Term { get; }

    /// <summary>How many of its tasks may be away at one time because they were preempted; null: no limit.</summary>
    int? DisruptionBudget { get; }

    /// <summary>Nothing is left to do and nothing to remember: the activation may end.</summary>
    bool IsOver { get; }

    /// <summary>Stores everything that is staged, in one step. Called again only after it is done.</summary>
    Task WriteAsync();

    /// <summary>Stages something, so that the next write fails if another activation has written since: what is done to tasks that are not on record follows only then.</summary>
    void Confirm();

    /// <summary>Stages one decision; true if another one has to follow at once.</summary>
    bool Decide(DateTimeOffset now);

    /// <summary>Takes in a report about one of its tasks that has not ended, or one that the engine implies.</summary>
    void Report(OwnedTask<TTask> task, TaskUpdate update, DateTimeOffset now);

    /// <summary>Hears of the end of a task that it has no record of (any more).</summary>
    void ReportUnknownEnd(TaskUpdate update, DateTimeOffset now);

    /// <summary>The record of a task that got a place.</summary>
    TTask Place(TaskPlacement placement, WaitingDemand<TFor> demand, DateTimeOffset now);

    /// <summary>Demands were given up by the allocator, because their gang found no room in time.</summary>
    void GangExpired();

    /// <summary>What it decides depends on whether there is room for what it waits for.</summary>
    bool MindsNoRoom => false;

    /// <summary>What the agent has to start for a record, or why it cannot be started. May ask other grains.</summary>
    ValueTask<TaskBuild> BuildAsync(TTask task, TFor purpose, TaskPlacement placement);

    /// <summary>The time between SIGTERM and SIGKILL that a task has by itself.</summary>
    TimeSpan GraceOf(TTask task);

    /// <summary>Until when a task that has to end is left alone, since others still use it; null: it may be killed now. Asked again at that instant.</summary>
    DateTimeOffset? HeldUntil(TTask task, DateTimeOffset now) => null;

    /// <summary>Why a task is killed, one of <see cref="TaskReasons"/>; null: its owner asks for it. Asked only if it has no reason to leave its agent.</summary>
    string? KillReasonOf(TTask task);
}
