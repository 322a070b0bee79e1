namespace Platform.GrainRuntime;

/// <summary>A call that leaves its caller.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The calling activation; null outside the grains.</summary>
    IGrainContext? SourceContext { get; }
}
