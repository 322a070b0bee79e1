using Platform.GrainRuntime.Activations;

namespace Platform.GrainRuntime.Calls;

/// <summary>
/// Base of the emitted reference classes. Each method of theirs is one call of a method here, chosen by the return type, with the
/// arguments in a value tuple.
/// </summary>
internal abstract class GrainReference(ReferenceTarget target) : IAddressable, IEquatable<GrainReference>
{
    private CallTarget? _target;

    public GrainId GrainId { get; } = target.GrainId;

    public EmbeddedSilo Silo { get; } = target.Silo;

    public GrainInterface Interface { get; } = target.Interface;

    public bool Equals(GrainReference? other) => other is not null && other.GrainId == GrainId && other.Silo == Silo;

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => GrainId.ToString();

    protected Task CallTask<TArguments>(int method, TArguments arguments)
        where TArguments : struct =>
        Send<TArguments, Unit>(method, arguments, forTask: true) is { } call ? call.ResultTask() : Task.CompletedTask;

    protected Task<TResult> CallTaskOf<TArguments, TResult>(int method, TArguments arguments)
        where TArguments : struct =>
        Send<TArguments, TResult>(method, arguments, forTask: true) is { } call ? call.ResultTask() : Task.FromResult(default(TResult)!);

    protected ValueTask CallValueTask<TArguments>(int method, TArguments arguments)
        where TArguments : struct =>
        Send<TArguments, Unit>(method, arguments, forTask: false) is { } call ? call.ResultValueTask() : default;

    protected ValueTask<TResult> CallValueTaskOf<TArguments, TResult>(int method, TArguments arguments)
        where TArguments : struct =>
        Send<TArguments, TResult>(method, arguments, forTask: false) is { } call ? call.ResultValueTaskOf() : default;

    protected void CallVoid<TArguments>(int method, TArguments arguments)
        where TArguments : struct =>
        Send<TArguments, Unit>(method, arguments, forTask: true);

    /// <summary>Starts the call; null for a one-way call. A failure to start is a failure of the call, not an exception here.</summary>
    private GrainCallOf<TArguments, TResult>? Send<TArguments, TResult>(int method, TArguments arguments, bool forTask)
        where TArguments : struct
    {
        var definition = (GrainMethodOf<TArguments, TResult>)Interface.Methods[method];
        var call = CallPool<GrainCallOf<TArguments, TResult>>.Rent();
        call.Prepare(this, definition, (TaskScheduler.Current as ActivationScheduler)?.Activation, forTask);
        var isOneWay = definition.IsOneWay;
        try
        {
            if (!Silo.AcceptsOutsideCalls && call.IsFromOutside)
            {
                throw new SiloUnavailableException($"{definition} of grain {GrainId} cannot be called: the grain runtime is not running.");
            }

            definition.CopyArguments(Silo.Copiers, ref arguments);
            call.Arguments = arguments;
            if (Silo.OutgoingFilters.Length > 0)
            {
                _ = call.SendFilteredAsync(this, Silo.OutgoingFilters);
            }
            else
            {
                Dispatch(call);
            }
        }
        catch (Exception failure)
        {
            call.Fail(failure);
        }

        return isOneWay ? null : call;
    }

    internal void Dispatch(GrainCall call)
    {
        if (_target is not { } target || !target.TryEnqueue(call))
        {
            _target = Silo.Dispatch(call);
        }
    }
}
