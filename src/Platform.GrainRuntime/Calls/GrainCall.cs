using System.Collections.Immutable;
using Platform.GrainRuntime.Activations;

namespace Platform.GrainRuntime.Calls;

/// <summary>Something a grain shall do on its turns: a call or a timer's tick. Links make queues of it without further objects.</summary>
internal abstract class GrainCall
{
    /// <summary>In a mailbox or a pool: the one behind. While running: the next running one.</summary>
    public GrainCall? Next { get; set; }

    /// <summary>While running: the previous running one.</summary>
    public GrainCall? Previous { get; set; }

    public GrainId TargetId { get; protected set; }

    /// <summary>The order of arrival at the activation.</summary>
    public long Arrival { get; set; }

    /// <summary>The runtime's coarse clock when the call was sent; what never times out has <see cref="long.MaxValue"/>.</summary>
    public long SentAt { get; protected set; } = long.MaxValue;

    /// <summary>The caller was told that the time is over. Set under the activation's lock; nobody will take the answer.</summary>
    public bool IsAbandoned { get; private set; }

    public ImmutableDictionary<string, object>? Context { get; protected set; }

    public abstract bool Interleaves { get; }

    public abstract bool IsReadOnly { get; }

    /// <summary>Goes to the next activation when this one ends first; a timer's tick does not.</summary>
    public virtual bool IsForwarded => true;

    /// <summary>Does it, on the activation's turn.</summary>
    /// <returns>Whether it ended; otherwise it calls <see cref="Activation.Finish"/> when it does.</returns>
    public abstract bool Run(Activation activation);

    /// <summary>Tells the caller the outcome. The call must not be touched afterwards: it may be in use for another call.</summary>
    public abstract void Answer();

    /// <summary>Ends a call that will not run.</summary>
    public abstract void Fail(Exception failure);

    public void Abandon() => IsAbandoned = true;
}
