namespace Platform.Core.Placement;

/// <summary>One reason and how many agents it keeps from taking the task. An agent with several causes counts under each.</summary>
[GenerateSerializer, Immutable, Alias("Platform.Rejection")]
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

    /// <summary>The resource that <see cref="Missing"/> is an amount of, where <see cref="Subject"/> names something else. Empty when it does not.</summary>
    [Id(5)] public string Resource { get; init; } = "";

    /// <summary>One line for people.</summary>
    public override string ToString() => Reason switch
    {
        RejectionReason.QuotaLimit => $"quota limit of role {Subject}{Lacking}",
        RejectionReason.QuotaHeadroom => $"held back for quota guarantees ({Subject}){Lacking}",
        RejectionReason.GangIncomplete => $"the gang does not fit as a whole ({Subject})",
        RejectionReason.GangDeadlinePassed => "the gang's time limit has passed",
        RejectionReason.PinnedElsewhere => $"the task's volumes are on agent {Subject}, not on {Count}",
        RejectionReason.NodePool => $"not in node pool {Subject}: {Count}",
        RejectionReason.Draining => $"draining: {Count}",
        RejectionReason.Deactivated => $"deactivated: {Count}",
        RejectionReason.Unreachable => $"unreachable: {Count}",
        RejectionReason.Filtered => $"filtered for now: {Count}",
        RejectionReason.Taint => $"taint {Subject} is not tolerated, on {Count}",
        RejectionReason.Containerizer => $"no agent offers the {Subject} containerizer ({Agents} asked)",
        RejectionReason.Constraint => $"constraint {Subject} does not hold on {Count}",
        RejectionReason.AlreadyThere => $"it runs already on {Count}",
        RejectionReason.ReservedForRole => $"{Subject}: {Amount} more needed at best, on {Count}",
        RejectionReason.InsufficientResource => $"{Subject}: {Amount} more needed at best, on {Count}",
        RejectionReason.InsufficientPorts => $"ports: {Amount} more needed at best, on {Count}",
        RejectionReason.PortUnavailable => $"port {Subject} is not available on {Count}",
        RejectionReason.NoPathDisk => $"no path disk with {Subject} MB free on {Count}",
        RejectionReason.VolumeMissing => $"volume {Subject} is on no agent",
        _ => $"no free mount disk of {Subject} MB on {Count}",
    };

    private string Amount => Missing.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture);

    private string Count => Agents == 1 ? "1 agent" : $"{Agents} agents";

    private string Lacking => Missing > 0 ? $": {Resource} {Amount} more needed" : "";
}
