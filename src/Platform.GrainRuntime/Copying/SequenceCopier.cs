namespace Platform.GrainRuntime.Copying;

/// <summary>For collections that are made from a sequence of their items.</summary>
internal abstract class SequenceCopier<TCollection, TItem>(Copiers copiers) : Copier<TCollection?>
    where TCollection : IEnumerable<TItem>
{
    public override TCollection? Copy(TCollection? value, int depth)
    {
        if (value is null || IsPassThrough)
        {
            return value;
        }

        CheckDepth(depth, typeof(TCollection));
        return Build(value, Items(value, depth + 1));
    }

    /// <summary>Whether values of this item type can be handed over: the immutable collections then can be, too.</summary>
    protected bool ItemsPassThrough => CopierOf<TItem>.In(copiers).IsPassThrough;

    protected abstract TCollection Build(TCollection original, IEnumerable<TItem> items);

    private IEnumerable<TItem> Items(TCollection value, int depth)
    {
        var copier = CopierOf<TItem>.In(copiers);
        return copier.IsPassThrough ? value : value.Select(item => copier.Copy(item, depth));
    }
}
