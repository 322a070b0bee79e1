namespace Platform.Core.Pods;

/// <summary>What a container is for in its pod. Marathon knows only main ones.</summary>
[GenerateSerializer, Alias("Platform.PodContainerRole")]
public enum PodContainerRole
{
    /// <summary>Its end ends the instance (in a run-once pod: only if it failed).</summary>
    Main,

    /// <summary>It runs before all others, one after the other in the order of definition, and must succeed.</summary>
    Init,

    /// <summary>It runs beside the main ones. Its end ends nothing, and it is ended when they have ended.</summary>
    Sidecar,
}
