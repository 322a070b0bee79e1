namespace Platform.GrainRuntime.Copying;

internal sealed class NullableCopier<T>(Copiers copiers) : Copier<T?>
    where T : struct
{
    public override bool IsPassThrough => CopierOf<T>.In(copiers).IsPassThrough;

    public override T? Copy(T? value, int depth) => value is { } some ? CopierOf<T>.In(copiers).Copy(some, depth) : null;
}
