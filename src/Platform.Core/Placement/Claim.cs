namespace Platform.Core.Placement;

/// <summary>
/// What a placed task still waits for: the part of its resources that its victims hold. As each victim ends, its resources
/// pay the debt first and only the rest becomes free, so that nothing is ever held twice and nobody slips in between.
/// </summary>
internal sealed class Claim(TaskEntry task, Amounts debt, HashSet<int> debtPorts, List<string> victims)
{
    public TaskEntry Task { get; } = task;

    public Amounts Debt { get; set; } = debt;

    public HashSet<int> DebtPorts { get; } = debtPorts;

    /// <summary>Victims that have not ended.</summary>
    public List<string> Victims { get; } = victims;

    public Claim Clone() => new(Task, Debt, [.. DebtPorts], [.. Victims]);
}
