namespace Platform.Core.Placement;

/// <summary>What a taint does to tasks that do not tolerate it.</summary>
public enum TaintEffect
{
    /// <summary>They are not placed there.</summary>
    NoSchedule,

    /// <summary>They are placed there only when there is no better agent.</summary>
    PreferNoSchedule,

    /// <summary>They are not placed there, and those that run there must leave.</summary>
    NoExecute,
}
