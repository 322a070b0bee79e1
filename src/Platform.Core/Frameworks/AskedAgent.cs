namespace Platform.Core.Frameworks;

/// <summary>What is known of an agent that a framework asks about.</summary>
[GenerateSerializer, Alias("Platform.AskedAgent")]
public enum AskedAgent
{
    /// <summary>Nothing, or none was named.</summary>
    Unknown,

    /// <summary>It has a session.</summary>
    Registered,

    /// <summary>It was there before and may come back.</summary>
    Recovering,

    /// <summary>It was silent for too long.</summary>
    Unreachable,

    /// <summary>An operator declared it gone.</summary>
    Gone,
}
