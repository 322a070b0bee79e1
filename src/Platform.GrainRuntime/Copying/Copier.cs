namespace Platform.GrainRuntime.Copying;

/// <summary>Copies values of one type the way a serializer would: members with an [Id] travel, others do not.</summary>
internal abstract class Copier
{
    /// <summary>Graphs deeper than this are taken for cycles; Orleans' own stack would not bear them either.</summary>
    protected const int MaximumDepth = 256;

    /// <summary>The value itself may be handed over.</summary>
    public abstract bool IsPassThrough { get; }

    public abstract object CopyObject(object value, int depth);

    protected static void CheckDepth(int depth, Type type)
    {
        if (depth > MaximumDepth)
        {
            throw new InvalidOperationException($"A {type} refers to itself or is nested more than {MaximumDepth} deep; it cannot cross a grain boundary.");
        }
    }
}

/// <inheritdoc/>
internal abstract class Copier<T> : Copier
{
    public override bool IsPassThrough => false;

    public abstract T Copy(T value, int depth);

    public override object CopyObject(object value, int depth) => Copy((T)value, depth)!;
}
