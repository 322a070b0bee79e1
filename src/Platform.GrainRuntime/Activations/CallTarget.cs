using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Activations;

/// <summary>Where the calls of one grain go: its activation, or the pool of its stateless workers.</summary>
internal abstract class CallTarget
{
    /// <summary>Takes the call; false when this target has ended and another must be asked for.</summary>
    public abstract bool TryEnqueue(GrainCall call);

    public abstract IEnumerable<Activation> Activations { get; }
}
