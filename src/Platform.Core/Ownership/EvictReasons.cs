namespace Platform.Core.Ownership;

/// <summary>Reasons for a task to leave its agent that are taken back when they are over.</summary>
public static class EvictReasons
{
    /// <summary>An operator drains the agent.</summary>
    public const string Drain = "its agent is being drained";

    /// <summary>Others of its version run other bytes. Not taken back.</summary>
    public const string OtherImage = "its image is not the one that its version is pinned to";
}
