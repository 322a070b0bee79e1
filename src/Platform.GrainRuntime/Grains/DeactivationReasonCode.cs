namespace Platform.GrainRuntime;

/// <summary>The classes of reasons for which an activation ends; the values are those of Orleans.</summary>
public enum DeactivationReasonCode
{
    /// <summary>None given.</summary>
    None = 0,

    /// <summary>The process stops.</summary>
    ShuttingDown = 1,

    /// <summary>The activation could not be made.</summary>
    ActivationFailed = 2,

    /// <summary>Not called for the collection age.</summary>
    ActivationIdle = 4,

    /// <summary>A call failed in a way after which the activation's state cannot be trusted.</summary>
    ApplicationError = 8,

    /// <summary>The grain asked for it.</summary>
    ApplicationRequested = 9,

    /// <summary>The runtime asked for it (the random deactivation of tests).</summary>
    RuntimeRequested = 11,
}
