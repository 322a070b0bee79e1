namespace Platform.Core.Placement;

/// <summary>A change that a plan made and that can be taken back: a task placed, a task told to leave, or ports chosen.</summary>
internal readonly record struct UndoStep(TaskEntry? Placed, TaskEntry? Left, OwnerTally? Tally, int Away, PortBits? Ports = null, int NextPort = 0);
