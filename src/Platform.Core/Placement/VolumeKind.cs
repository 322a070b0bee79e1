namespace Platform.Core.Placement;

/// <summary>Where a persistent volume lives on the agent.</summary>
public enum VolumeKind
{
    /// <summary>On the agent's root disk; counted in its disk resource.</summary>
    Root,

    /// <summary>A part of a disk that may be shared; counted in its disk resource.</summary>
    Path,

    /// <summary>A whole disk of its own; never chopped.</summary>
    Mount,
}
