namespace Platform.Core.Placement;

/// <summary>Why a task must leave.</summary>
public enum PreemptionCause
{
    /// <summary>A task of higher priority needs the room.</summary>
    Priority,

    /// <summary>The slack it ran on is gone.</summary>
    SlackShrank,

    /// <summary>Its agent got a NoExecute taint that it does not tolerate.</summary>
    Taint,
}
