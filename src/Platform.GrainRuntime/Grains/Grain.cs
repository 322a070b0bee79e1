using System.Diagnostics.CodeAnalysis;
using Platform.GrainRuntime.Activations;

namespace Platform.GrainRuntime;

/// <summary>Base class of grains. One activation at most exists at a time, and it runs one turn at a time.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    /// <summary>Takes the activation that is being made on this thread.</summary>
    /// <exception cref="InvalidOperationException">The object was made by something else than the runtime.</exception>
    protected Grain() => Activation = Activation.Creating
        ?? throw new InvalidOperationException($"{GetType().Name} is a grain: call it through IGrainFactory.GetGrain, do not make it with new.");

    internal Activation Activation { get; }

    /// <summary>The activation that hosts this object.</summary>
    public IGrainContext GrainContext => Activation;

    /// <summary>Makes references to other grains.</summary>
    protected IGrainFactory GrainFactory => Activation.Silo;

    /// <summary>Services scoped to this activation.</summary>
    protected internal IServiceProvider ServiceProvider => Activation.ActivationServices;

    /// <summary>The identity for logs.</summary>
    public string IdentityString => Activation.GrainId.ToString();

    /// <inheritdoc cref="IGrainBase.OnActivateAsync"/>
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc cref="IGrainBase.OnDeactivateAsync"/>
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation as soon as no call runs on it.</summary>
    [SuppressMessage("Naming", "CA1713", Justification = "Orleans' name.")]
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps the activation for at least <paramref name="timeSpan"/>; zero or less takes an earlier wish back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => Activation.DelayDeactivation(timeSpan);
}
