namespace Platform.Core.Pods;

/// <summary>What a pod is as a whole (Marathon's PodState).</summary>
public enum PodCondition
{
    /// <summary>Fewer instances are stable than there shall be.</summary>
    Degraded,

    /// <summary>At least as many instances are stable as there shall be.</summary>
    Stable,

    /// <summary>It is being removed with all its instances.</summary>
    Terminal,
}
