namespace Platform.GrainRuntime.Copying;

internal sealed class ArrayCopier<TItem>(Copiers copiers) : Copier<TItem[]?>
{
    public override TItem[]? Copy(TItem[]? value, int depth)
    {
        if (value is null)
        {
            return null;
        }

        CheckDepth(depth, typeof(TItem[]));
        var copy = (TItem[])value.Clone();
        var items = CopierOf<TItem>.In(copiers);
        for (var i = 0; !items.IsPassThrough && i < copy.Length; i++)
        {
            copy[i] = items.Copy(copy[i], depth + 1);
        }

        return copy;
    }
}
