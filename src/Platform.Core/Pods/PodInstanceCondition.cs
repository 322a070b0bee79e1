namespace Platform.Core.Pods;

/// <summary>What an instance of a pod is (Marathon's PodInstanceState).</summary>
public enum PodInstanceCondition
{
    /// <summary>It has a place, and its agent has not told of it yet.</summary>
    Pending,

    /// <summary>It was launched, and not all its containers run.</summary>
    Staging,

    /// <summary>Containers that ended did so with success, and all that run are healthy.</summary>
    Stable,

    /// <summary>It is out of reach, or a container is not known to be healthy.</summary>
    Degraded,

    /// <summary>It has ended, or is being ended.</summary>
    Terminal,
}
