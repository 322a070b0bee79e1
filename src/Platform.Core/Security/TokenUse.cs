namespace Platform.Core.Security;

/// <summary>What a token was issued for.</summary>
public enum TokenUse
{
    /// <summary>A login.</summary>
    Login,

    /// <summary>A program, until it is revoked or expires.</summary>
    Program,

    /// <summary>The session of an agent.</summary>
    Agent,

    /// <summary>A task, to tell others who it is.</summary>
    Task,
}
