using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>What the tasks of one demand have in common; one object for all of them.</summary>
internal sealed class TaskClass
{
    public required string Owner { get; init; }

    public required string DemandId { get; init; }

    public required string Role { get; init; }

    public required int Priority { get; init; }

    /// <summary>What each holds in all, reserved parts included; the lane of ports is their number.</summary>
    public required Amounts Need
    {
        get;
        init
        {
            field = value;
            Scalars = value.With(ScalarKinds.Ports, 0);
        }
    }

    /// <summary>The same without ports.</summary>
    public Amounts Scalars { get; private init; }

    public bool Revocable { get; init; }

    public bool Preemptible { get; init; } = true;

    public TimeSpan KillGrace { get; init; }

    public ImmutableArray<Toleration> Tolerations { get; init; } = [];

    /// <summary>The same tasks with another need.</summary>
    public TaskClass WithNeed(in Amounts need) => new()
    {
        Owner = Owner,
        DemandId = DemandId,
        Role = Role,
        Priority = Priority,
        Need = need,
        Revocable = Revocable,
        Preemptible = Preemptible,
        KillGrace = KillGrace,
        Tolerations = Tolerations,
    };
}
