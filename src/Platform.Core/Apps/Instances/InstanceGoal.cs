namespace Platform.Core.Apps;

/// <summary>What shall become of an instance.</summary>
[GenerateSerializer, Alias("Platform.InstanceGoal")]
public enum InstanceGoal
{
    /// <summary>It shall run.</summary>
    Running,

    /// <summary>It shall end, and keep its volumes and its place for a later start (resident apps only).</summary>
    Stopped,

    /// <summary>It shall end for good; its volumes are freed with it.</summary>
    Decommissioned,
}
