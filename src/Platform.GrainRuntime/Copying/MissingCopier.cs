namespace Platform.GrainRuntime.Copying;

/// <summary>For types that must not cross: fails when a value does, as Orleans does at run time.</summary>
internal sealed class MissingCopier<T> : Copier<T>
{
    public override T Copy(T value, int depth) => value is null ? value : throw new CodecNotFoundException(Advice());

    private static string Advice()
    {
        if (typeof(IGrainBase).IsAssignableFrom(typeof(T)))
        {
            return $"A {typeof(T)} was passed itself; pass this.AsReference<TInterface>() instead.";
        }

        if (typeof(IGrainObserver).IsAssignableFrom(typeof(T)))
        {
            return $"A {typeof(T)} was passed itself; pass what IGrainFactory.CreateObjectReference gives instead.";
        }

        return typeof(T).Name.StartsWith("<>", StringComparison.Ordinal)
            ? $"A collection of the compiler's own type {typeof(T)} cannot cross a grain boundary; make it an array, a List<T> or an ImmutableArray<T>."
            : $"Could not find a copier for type {typeof(T)}: add [GenerateSerializer] to it and [Id(n)] to its members.";
    }
}
