namespace Platform.Core;

/// <summary>How a reservation came to be.</summary>
[GenerateSerializer, Alias("Platform.ReservationType")]
public enum ReservationType
{
    /// <summary>Written in the agent's own configuration; only the agent's operator can change it.</summary>
    Static,

    /// <summary>Made at run time by an operator or a framework, and undone the same way.</summary>
    Dynamic,
}
