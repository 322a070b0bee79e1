namespace Platform.Core.Placement;

/// <summary>A disk that is used whole, and the task that has it.</summary>
internal readonly record struct MountSlot(string Root, long Size, string? Holder);
