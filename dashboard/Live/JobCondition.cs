namespace Platform.Dashboard.Live;

/// <summary>How a job is, in one word.</summary>
public enum JobCondition
{
    /// <summary>Its last run failed.</summary>
    Failed,

    /// <summary>Its last run was ended by request.</summary>
    Stopped,

    /// <summary>A run goes on.</summary>
    Running,

    /// <summary>It is not due until it is resumed.</summary>
    Paused,

    /// <summary>It only runs when it is asked for.</summary>
    Disabled,

    /// <summary>Its last run succeeded.</summary>
    Succeeded,

    /// <summary>It has not run yet.</summary>
    New,
}
