namespace Platform.GrainRuntime;

/// <summary>One activation of a grain.</summary>
public interface IGrainContext
{
    /// <summary>The grain's identity.</summary>
    GrainId GrainId { get; }

    /// <summary>The grain object; null before it is made.</summary>
    object? GrainInstance { get; }

    /// <summary>Services scoped to this activation.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation is gone. Awaiting it inside the grain itself never ends.</summary>
    Task Deactivated { get; }

    /// <summary>Starts to deactivate; calls that wait go to the next activation.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}
