namespace Platform.Core.Ownership;

/// <summary>Reasons for a task to leave its agent that are taken back when they are over.</summary>
public static class EvictReasons
{
    /// <summary>An operator drains the agent.</summary>
    public const string Drain = "its agent is being drained";
}
