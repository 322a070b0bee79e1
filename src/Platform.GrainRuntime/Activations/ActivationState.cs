namespace Platform.GrainRuntime.Activations;

internal enum ActivationState
{
    /// <summary>Nothing ran yet; the first call starts it.</summary>
    Created,

    /// <summary>State is read and OnActivateAsync runs.</summary>
    Activating,

    /// <summary>Takes calls.</summary>
    Active,

    /// <summary>Asked to end; waits for the calls that run.</summary>
    Draining,

    /// <summary>OnDeactivateAsync runs.</summary>
    Deactivating,

    /// <summary>Ended; calls go elsewhere.</summary>
    Ended,
}
