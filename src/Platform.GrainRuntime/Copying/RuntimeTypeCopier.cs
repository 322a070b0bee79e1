namespace Platform.GrainRuntime.Copying;

/// <summary>For types that others may derive from or implement: the value's own type decides.</summary>
/// <param name="copiers">Where the other types' copiers are.</param>
/// <param name="exact">For values whose type is exactly <typeparamref name="T"/>; null when there are none.</param>
internal sealed class RuntimeTypeCopier<T>(Copiers copiers, Copier? exact) : Copier<T>
{
    private readonly Copier<T>? _exact = (Copier<T>?)exact;

    public override T Copy(T value, int depth)
    {
        if (value is null)
        {
            return value;
        }

        var type = value.GetType();
        if (type == typeof(T))
        {
            // An object with nothing but its identity.
            return _exact is null ? (T)new object() : _exact.Copy(value, depth);
        }

        return (T)copiers.For(type).CopyObject(value, depth);
    }

    // Asked for by the runtime type: do not look the type up again.
    public override object CopyObject(object value, int depth) =>
        _exact is not null && value.GetType() == typeof(T) ? _exact.CopyObject(value, depth) : Copy((T)value, depth)!;
}
