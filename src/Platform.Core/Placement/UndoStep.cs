namespace Platform.Core.Placement;

/// <summary>A change that a plan made and that can be taken back: a task placed, a task told to leave, ports chosen, or an owner's budget set.</summary>
internal readonly record struct UndoStep(TaskEntry? Placed, TaskEntry? Left, OwnerTally? Tally, int Away, PortBits? Ports = null, int NextPort = 0, string? BudgetOwner = null, int? Budget = null);
