using System.Reflection;
using Platform.GrainRuntime.Activations;

namespace Platform.GrainRuntime.Calls;

/// <summary>A call on its way through the filters.</summary>
internal abstract class GrainCallContext(object grain, GrainId targetId, IInvokable request, GrainMethod method, Activation? source) : IGrainCallContext
{
    public IInvokable Request { get; } = request;

    public object Grain { get; } = grain;

    public GrainId? SourceId { get; } = source?.GrainId;

    public GrainId TargetId { get; } = targetId;

    public string InterfaceName => InterfaceMethod.DeclaringType!.FullName!;

    public string MethodName => InterfaceMethod.Name;

    public MethodInfo InterfaceMethod { get; } = method.Method;

    public object? Result
    {
        get;
        set
        {
            field = value;
            IsAnswered = true;
        }
    }

    /// <summary>The method ran, or a filter gave a result in its place.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>The next step, counted from 0; the last one is the call itself.</summary>
    protected int Step { get; set; }

    public abstract Task Invoke();
}

/// <inheritdoc cref="IIncomingGrainCallContext"/>
internal sealed class IncomingCallContext(
    Activation activation, object target, IInvokable request, GrainMethod method, Activation? source, IIncomingGrainCallFilter[] filters, Func<Task<object?>> last)
    : GrainCallContext(target, activation.GrainId, request, method, source), IIncomingGrainCallContext
{
    public IGrainContext TargetContext => activation;

    public override async Task Invoke()
    {
        var step = Step++;
        if (step < filters.Length)
        {
            await filters[step].Invoke(this);
        }
        else
        {
            Result = await last();
        }
    }
}

/// <inheritdoc cref="IOutgoingGrainCallContext"/>
internal sealed class OutgoingCallContext(
    GrainReference reference, IInvokable request, GrainMethod method, Activation? source, IOutgoingGrainCallFilter[] filters, Func<Task<object?>> last)
    : GrainCallContext(reference, reference.GrainId, request, method, source), IOutgoingGrainCallContext
{
    public IGrainContext? SourceContext { get; } = source;

    public override async Task Invoke()
    {
        var step = Step++;
        if (step < filters.Length)
        {
            await filters[step].Invoke(this);
        }
        else
        {
            Result = await last();
        }
    }
}
