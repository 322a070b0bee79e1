namespace Platform.Core.Placement;

/// <summary>
/// What a placed task still waits for: the part of its resources that tasks which are leaving hold. As tasks end on its
/// agent, what they give pays the claims there in order, and only the rest becomes free; so nothing is ever held twice and
/// nobody slips in between.
/// </summary>
internal sealed class Claim(TaskEntry task, Amounts debt, HashSet<int> debtPorts)
{
    public TaskEntry Task { get; } = task;

    /// <summary>Scalars that are still missing.</summary>
    public Amounts Debt { get; set; } = debt;

    /// <summary>Ports of the task that others still hold.</summary>
    public HashSet<int> DebtPorts { get; } = debtPorts;

    public bool IsPaid => DebtPorts.Count == 0 && Debt.IsZero;

    public Claim Clone() => new(Task, Debt, [.. DebtPorts]);
}
