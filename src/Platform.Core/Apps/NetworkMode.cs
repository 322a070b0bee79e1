namespace Platform.Core.Apps;

/// <summary>How an app is connected.</summary>
[GenerateSerializer, Alias("Platform.NetworkMode")]
public enum NetworkMode
{
    /// <summary>The agent's own network.</summary>
    Host,

    /// <summary>A bridge on the agent (<c>container/bridge</c>).</summary>
    Bridge,

    /// <summary>A named container network (<c>container</c>).</summary>
    Container,
}
