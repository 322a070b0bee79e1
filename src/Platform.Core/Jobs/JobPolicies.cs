namespace Platform.Core.Jobs;

/// <summary>What happens when a job is due while a run of it is there.</summary>
[GenerateSerializer, Alias("Platform.ConcurrencyPolicy")]
public enum ConcurrencyPolicy
{
    /// <summary>Both run.</summary>
    Allow,

    /// <summary>The new one is left out.</summary>
    Forbid,

    /// <summary>The old one is ended, then the new one starts.</summary>
    Replace,

    /// <summary>The new one waits for the end of the old one.</summary>
    Queue,
}

/// <summary>What happens with due times that passed while nobody could act.</summary>
[GenerateSerializer, Alias("Platform.CatchUpPolicy")]
public enum CatchUpPolicy
{
    /// <summary>They are left out.</summary>
    Skip,

    /// <summary>The last of them is made up for.</summary>
    One,

    /// <summary>All within the window are made up for.</summary>
    All,
}

/// <summary>Which ends of its parents make a job run.</summary>
[GenerateSerializer, Alias("Platform.ParentCondition")]
public enum ParentCondition
{
    /// <summary>Each parent has succeeded once more: Chronos' rule.</summary>
    All,

    /// <summary>Any parent has succeeded.</summary>
    Any,

    /// <summary>Each parent has ended once more, however.</summary>
    Done,

    /// <summary>Any parent has failed.</summary>
    Failed,
}

/// <summary>How far a run is.</summary>
[GenerateSerializer, Alias("Platform.RunPhase")]
public enum RunPhase
{
    /// <summary>It waits for the end of an earlier run, or for its instant.</summary>
    Waiting,

    /// <summary>It waits for a place.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Active,

    /// <summary>Every task has ended with success.</summary>
    Succeeded,

    /// <summary>A task has failed for good.</summary>
    Failed,

    /// <summary>It was ended by request.</summary>
    Stopped,
}

/// <summary>What made a run.</summary>
[GenerateSerializer, Alias("Platform.RunTrigger")]
public enum RunTrigger
{
    /// <summary>Its schedule.</summary>
    Schedule,

    /// <summary>A request.</summary>
    Request,

    /// <summary>Its parents.</summary>
    Parents,

    /// <summary>A request to run an earlier one again, or that one on which it hangs was run again.</summary>
    Again,

    /// <summary>A backfill.</summary>
    Backfill,

    /// <summary>Something that was sent from outside.</summary>
    Dispatch,

    /// <summary>An event of the platform.</summary>
    Event,

    /// <summary>A file that appeared in a watched folder of an agent.</summary>
    File,
}
