namespace Platform.Core.Allocation;

/// <summary>A framework refused these resources of an agent: nothing that they contain is offered to it until the filter ends.</summary>
internal sealed class OfferFilter(Resources refused, long expires, long sequence, int generation, OfferFilter? next)
{
    internal Resources Refused { get; } = refused;

    /// <summary>When it ends, in ticks of UTC.</summary>
    internal long Expires { get; } = expires;

    /// <summary>When its timer was made; of two timers due at the same instant the older one comes first.</summary>
    internal long Sequence { get; } = sequence;

    /// <summary>The generation of the client's filters that it belongs to; a revive starts a new one.</summary>
    internal int Generation { get; } = generation;

    internal OfferFilter? Next { get; set; } = next;

    internal bool IsDue(long now, long sequenceLimit) => Expires < now || (Expires == now && Sequence < sequenceLimit);
}
