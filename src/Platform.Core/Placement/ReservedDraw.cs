namespace Platform.Core.Placement;

/// <summary>A part of a task's resources that comes from a role's reservation. The lane of ports is 0.</summary>
internal readonly record struct ReservedDraw(string Role, Amounts Amounts);
