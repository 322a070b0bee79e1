using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime;

/// <summary>Identity and references.</summary>
public static class GrainExtensions
{
    /// <summary>The identity of a grain or of a reference.</summary>
    /// <exception cref="ArgumentException">The object is neither.</exception>
    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase instance => instance.GrainContext.GrainId,
        _ => throw new ArgumentException($"{grain.GetType()} is neither a grain nor a reference to one.", nameof(grain)),
    };

    /// <summary>The key of a grain with a string key.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key;

    /// <summary>The key of a grain with an integer key.</summary>
    /// <exception cref="InvalidOperationException">The key is not a number.</exception>
    public static long GetPrimaryKeyLong(this IAddressable grain) => grain.GetGrainId().IntegerKey;

    /// <summary>A reference that may be passed to others: to the grain itself (instead of <c>this</c>), or to the same grain by another of its interfaces.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.Silo.References.Create<TGrainInterface>(reference.GrainId),
        Grain instance => instance.Activation.Silo.References.Create<TGrainInterface>(instance.Activation.GrainId),
        _ => throw new ArgumentException(
            $"{grain.GetType()} is neither a grain nor a reference to one; an observer's reference comes from IGrainFactory.CreateObjectReference.",
            nameof(grain)),
    };
}
