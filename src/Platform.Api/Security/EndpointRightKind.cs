namespace Platform.Api.Security;

/// <summary>How it is decided who may use an endpoint.</summary>
public enum EndpointRightKind
{
    /// <summary>Everybody may, also without a login.</summary>
    Open,

    /// <summary>Everybody who has logged in may, and sees what the own rights show.</summary>
    Filtered,

    /// <summary>The path and the method tell the resource and the action.</summary>
    Resource,

    /// <summary>What it is about is known when the request is read: the handler asks for the right before it does anything.</summary>
    Asked,

    /// <summary>Several routes are behind it, each with its own right.</summary>
    Routed,
}
