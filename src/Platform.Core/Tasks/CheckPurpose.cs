namespace Platform.Core.Tasks;

/// <summary>What the outcome of a check is used for.</summary>
[GenerateSerializer, Alias("Platform.CheckPurpose")]
public enum CheckPurpose
{
    /// <summary>The task is killed and replaced after too many consecutive failures.</summary>
    Health,

    /// <summary>A rollout goes on only when the task was ready once; checked until then.</summary>
    Readiness,

    /// <summary>Only reported.</summary>
    Report,
}
