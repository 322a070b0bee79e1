namespace Platform.GrainRuntime.Copying;

/// <summary>For values that nobody can change.</summary>
internal sealed class PassThroughCopier<T> : Copier<T>
{
    public override bool IsPassThrough => true;

    public override T Copy(T value, int depth) => value;
}
