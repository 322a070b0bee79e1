using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Ownership;

/// <summary>A record with one task, <c>KEY.1</c>, unless said otherwise.</summary>
internal sealed record TestTask(string Key) : IOwnedTask<TestTask>
{
    public string PlaceId { get; init; } = Key + ".1";

    public string AgentId { get; init; } = "agent";

    public string[] Tasks { get; init; } = [Key + ".1"];

    public IEnumerable<string> TaskIds => Tasks;

    public IEnumerable<string> LiveTaskIds => Tasks;

    public TaskState State { get; init; } = TaskState.Staging;

    public bool Doomed { get; init; }

    public bool Parked => State.IsTerminal();

    public string? EvictReason { get; init; }

    public TaskUpdate? LastStatus => null;

    public ValueList<string> Volumes { get; init; }

    public ValueList<PersistentVolume> PlacedVolumes => default;

    public TestTask WithEvictReason(string? reason, DateTimeOffset? deadline) => this with { EvictReason = reason };
}
