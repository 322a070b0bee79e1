namespace Platform.Core.Placement;

/// <summary>One reason and how many agents it keeps from taking the task. An agent with several causes counts under each.</summary>
[GenerateSerializer, Immutable]
public sealed record Rejection
{
    /// <summary>The reason.</summary>
    [Id(0)] public RejectionReason Reason { get; init; }

    /// <summary>What it is about: the resource, the constraint, the role, the taint, the port, the pool. Empty when the reason says all.</summary>
    [Id(1)] public string Subject { get; init; } = "";

    /// <summary>Agents that have this cause.</summary>
    [Id(2)] public int Agents { get; init; }

    /// <summary>Agents that have no other cause: without this one they could take a task.</summary>
    [Id(3)] public int AgentsByThisAlone { get; init; }

    /// <summary>The least amount that is missing on any agent with this cause, in the resource's unit; 0 when amounts do not apply.</summary>
    [Id(4)] public decimal Missing { get; init; }

    /// <summary>One line for people.</summary>
    public override string ToString() => Reason switch
    {
        RejectionReason.QuotaLimit => $"quota limit of role {Subject}",
        RejectionReason.QuotaHeadroom => $"held back for quota guarantees ({Subject})",
        RejectionReason.GangIncomplete => $"the gang does not fit as a whole ({Subject})",
        RejectionReason.GangDeadlinePassed => "the gang's time limit has passed",
        RejectionReason.PinnedElsewhere => $"{Agents} agents: the task's volumes are on agent {Subject}",
        RejectionReason.NodePool => $"{Agents} agents: not in node pool {Subject}",
        RejectionReason.Draining => $"{Agents} agents: draining",
        RejectionReason.Deactivated => $"{Agents} agents: deactivated",
        RejectionReason.Unreachable => $"{Agents} agents: unreachable",
        RejectionReason.Filtered => $"{Agents} agents: filtered for now",
        RejectionReason.Taint => $"{Agents} agents: taint {Subject} is not tolerated",
        RejectionReason.Containerizer => $"no agent offers the {Subject} containerizer ({Agents} asked)",
        RejectionReason.Constraint => $"{Agents} agents: constraint {Subject}",
        RejectionReason.AlreadyThere => $"{Agents} agents: already run it",
        RejectionReason.ReservedForRole => $"{Agents} agents: {Subject}",
        RejectionReason.InsufficientResource => $"{Agents} agents: insufficient {Subject}, at best {Missing:0.###} short",
        RejectionReason.InsufficientPorts => $"{Agents} agents: insufficient ports, at best {Missing:0} short",
        RejectionReason.PortUnavailable => $"{Agents} agents: port {Subject} is not available",
        _ => $"{Agents} agents: no free mount disk of {Subject} MB",
    };
}
