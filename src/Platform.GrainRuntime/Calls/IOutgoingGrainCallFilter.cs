namespace Platform.GrainRuntime;

/// <summary>Sees every call in its caller. Registered as a service; filters run in the order of registration.</summary>
public interface IOutgoingGrainCallFilter
{
    /// <summary>Does its work around <see cref="IGrainCallContext.Invoke"/>; not calling it means the method does not run.</summary>
    Task Invoke(IOutgoingGrainCallContext context);
}
