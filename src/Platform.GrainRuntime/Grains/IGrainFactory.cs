namespace Platform.GrainRuntime;

/// <summary>Makes references to grains. A reference costs nothing; the grain is activated by its first call.</summary>
public interface IGrainFactory
{
    /// <summary>A reference to the grain with this key.</summary>
    /// <exception cref="ArgumentException">No grain class implements the interface, or several do.</exception>
    TGrainInterface GetGrain<TGrainInterface>(string primaryKey)
        where TGrainInterface : IGrainWithStringKey;

    /// <summary>A reference to the grain with this key.</summary>
    /// <exception cref="ArgumentException">No grain class implements the interface, or several do.</exception>
    TGrainInterface GetGrain<TGrainInterface>(long primaryKey)
        where TGrainInterface : IGrainWithIntegerKey;

    /// <summary>A reference to the grain with this identity.</summary>
    TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable;

    /// <summary>A reference by which grains can call <paramref name="obj"/>. The object is held weakly: who made it keeps it alive.</summary>
    TObserver CreateObjectReference<TObserver>(IGrainObserver obj)
        where TObserver : IGrainObserver;

    /// <summary>Ends a reference that <see cref="CreateObjectReference{TObserver}"/> gave.</summary>
    /// <param name="obj">The reference, not the object behind it.</param>
    void DeleteObjectReference<TObserver>(IGrainObserver obj)
        where TObserver : IGrainObserver;
}
