using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Copying;

namespace Platform.GrainRuntime.Calls;

/// <summary>A call of a grain method. It is what the caller awaits, and goes back to the pool when the result is taken.</summary>
internal sealed class GrainCallOf<TArguments, TResult> : GrainCall, IValueTaskSource<TResult>, IValueTaskSource, IInvokable
    where TArguments : struct
{
    private ManualResetValueTaskSourceCore<TResult> _completion;
    private GrainMethodOf<TArguments, TResult> _method = null!;
    private EmbeddedSilo _silo = null!;
    private Activation? _source;
    private TArguments _arguments;
    private TResult _result = default!;
    private Exception? _failure;

    public override bool Interleaves => _method.AlwaysInterleaves;

    public override bool IsReadOnly => _method.IsReadOnly;

    public bool IsFromOutside => _source is null;

    public ref TArguments Arguments => ref _arguments;

    /// <param name="reference">Through which the call is made.</param>
    /// <param name="method">What is called.</param>
    /// <param name="source">The calling activation; null outside the grains.</param>
    /// <param name="forTask">The result is asked for as a Task, which takes care itself of where its continuations run.</param>
    public void Prepare(GrainReference reference, GrainMethodOf<TArguments, TResult> method, Activation? source, bool forTask)
    {
        _completion.RunContinuationsAsynchronously = !forTask;
        _method = method;
        _silo = reference.Silo;
        _source = source;
        TargetId = reference.GrainId;
        SentAt = method.IsOneWay ? long.MaxValue : _silo.Clock.Now;
        Context = RequestContext.Current;
    }

    public Task<TResult> ResultTask() => new ValueTask<TResult>(this, _completion.Version).AsTask();

    public ValueTask ResultValueTask() => new(this, _completion.Version);

    public ValueTask<TResult> ResultValueTaskOf() => new(this, _completion.Version);

    public override bool Run(Activation activation)
    {
        ValueTask<TResult> task;
        try
        {
            var target = activation.Target;
            task = _silo.IncomingFilters.Length == 0
                ? _method.Invoke(target, ref _arguments)
                : RunFilteredAsync(activation, target);
            if (task.IsCompleted)
            {
                Keep(task.GetAwaiter().GetResult());
                return true;
            }
        }
        catch (Exception failure)
        {
            Keep(failure, activation);
            return true;
        }

        _ = AwaitAsync(activation, task);
        return false;
    }

    public override void Answer()
    {
        if (_method.IsOneWay)
        {
            if (_failure is not null)
            {
                _silo.Log.OneWayCallFailed(TargetId, _method, _failure);
            }

            Rest();
        }
        else if (_failure is not null)
        {
            _completion.SetException(_failure);
        }
        else
        {
            _completion.SetResult(_result);
        }
    }

    public override void Fail(Exception failure)
    {
        _failure = failure;
        Answer();
    }

    /// <summary>Runs the outgoing filters; the innermost step sends a second call that carries what they made of the arguments.</summary>
    public async Task SendFilteredAsync(GrainReference reference, IOutgoingGrainCallFilter[] filters)
    {
        try
        {
            var context = new OutgoingCallContext(reference, this, _method, _source, filters, async () =>
            {
                var inner = CallPool<GrainCallOf<TArguments, TResult>>.Rent();
                inner.Prepare(reference, _method, _source, forTask: true);
                inner._arguments = _arguments;
                var result = _method.IsOneWay ? null : inner.ResultTask();
                reference.Dispatch(inner);
                return result is null ? default(TResult) : await result;
            });
            await context.Invoke();
            _result = context.Result is TResult typed ? typed : default!;
        }
        catch (Exception failure)
        {
            _failure = failure;
        }

        Answer();
    }

    string IInvokable.GetMethodName() => _method.Method.Name;

    string IInvokable.GetInterfaceName() => _method.InterfaceType.FullName!;

    int IInvokable.GetArgumentCount() => _method.ArgumentCount;

    object? IInvokable.GetArgument(int index) => ((ITuple)_arguments)[index];

    void IInvokable.SetArgument(int index, object? value)
    {
        object boxed = _arguments;
        typeof(TArguments).GetField($"Item{index + 1}", BindingFlags.Instance | BindingFlags.Public)!.SetValue(boxed, value);
        _arguments = (TArguments)boxed;
    }

    public override string ToString() => _method.ToString();

    TResult IValueTaskSource<TResult>.GetResult(short token) => TakeResult(token);

    void IValueTaskSource.GetResult(short token) => TakeResult(token);

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _completion.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private ValueTask<TResult> RunFilteredAsync(Activation activation, object target)
    {
        var context = new IncomingCallContext(activation, target, this, _method, _source, _silo.IncomingFilters, async () => await _method.Invoke(target, ref _arguments));
        return ResultOf(context);

        static async ValueTask<TResult> ResultOf(IncomingCallContext context)
        {
            await context.Invoke();
            if (!context.IsAnswered)
            {
                throw new InvalidOperationException($"A filter of {context.MethodName} neither went on by Invoke nor set a Result.");
            }

            return context.Result is TResult typed ? typed : default!;
        }
    }

    private async Task AwaitAsync(Activation activation, ValueTask<TResult> task)
    {
        try
        {
            Keep(await task);
        }
        catch (Exception failure)
        {
            Keep(failure, activation);
        }

        activation.Finish(this);
    }

    private void Keep(TResult result) => _result = CopierOf<TResult>.In(_silo.Copiers).Copy(result, 0);

    private void Keep(Exception failure, Activation activation)
    {
        _failure = failure;
        activation.EndIfStale(failure);
    }

    private TResult TakeResult(short token)
    {
        try
        {
            return _completion.GetResult(token);
        }
        finally
        {
            if (!IsAbandoned)
            {
                Rest();
            }
        }
    }

    private void Rest()
    {
        _completion.Reset();
        _method = null!;
        _silo = null!;
        _source = null;
        _arguments = default;
        _result = default!;
        _failure = null;
        Context = null;
        CallPool<GrainCallOf<TArguments, TResult>>.Return(this);
    }
}
