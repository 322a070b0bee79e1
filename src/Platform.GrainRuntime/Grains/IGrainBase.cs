namespace Platform.GrainRuntime;

/// <summary>What every grain class is to the runtime.</summary>
public interface IGrainBase
{
    /// <summary>The activation that hosts this object.</summary>
    IGrainContext GrainContext { get; }

    /// <summary>Runs before the first call; an exception fails the calls that wait and discards the activation.</summary>
    Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs after the last call. It does not run when the process is killed.</summary>
    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;
}
