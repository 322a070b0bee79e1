namespace Platform.GrainRuntime.Copying;

/// <summary>The copiers of a static type, found once.</summary>
internal static class CopierOf<T>
{
    /// <summary>Hands immutable values over as they are: what a call within a process does.</summary>
    public static readonly Copier<T> Sharing = (Copier<T>)Copiers.Sharing.For(typeof(T));

    /// <summary>Copies immutable types too: what a call between processes amounts to.</summary>
    public static readonly Copier<T> Full = (Copier<T>)Copiers.Full.For(typeof(T));

    public static Copier<T> In(Copiers copiers) => copiers == Copiers.Full ? Full : Sharing;
}
