using System.Reflection;

namespace Platform.GrainRuntime;

/// <summary>A call on its way, as a filter sees it.</summary>
public interface IGrainCallContext
{
    /// <summary>The method's name and arguments.</summary>
    IInvokable Request { get; }

    /// <summary>The grain object (incoming) or the reference (outgoing).</summary>
    object Grain { get; }

    /// <summary>The grain that calls; null when the call comes from outside the grains.</summary>
    GrainId? SourceId { get; }

    /// <summary>The grain that is called.</summary>
    GrainId TargetId { get; }

    /// <summary>The grain interface's name.</summary>
    string InterfaceName { get; }

    /// <summary>The method's name.</summary>
    string MethodName { get; }

    /// <summary>The method of the grain interface.</summary>
    MethodInfo InterfaceMethod { get; }

    /// <summary>The result once <see cref="Invoke"/> has ended; may be replaced.</summary>
    object? Result { get; set; }

    /// <summary>Goes on to the next filter, in the end to the method.</summary>
    Task Invoke();
}
