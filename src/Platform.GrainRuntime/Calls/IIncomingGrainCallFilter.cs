namespace Platform.GrainRuntime;

/// <summary>Sees every call on its grain's turn. Registered as a service; filters run in the order of registration.</summary>
public interface IIncomingGrainCallFilter
{
    /// <summary>Does its work around <see cref="IGrainCallContext.Invoke"/>; not calling it means the method does not run; the filter then sets the result, be it null.</summary>
    Task Invoke(IIncomingGrainCallContext context);
}
