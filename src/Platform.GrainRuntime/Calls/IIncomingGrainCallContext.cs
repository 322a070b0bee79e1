namespace Platform.GrainRuntime;

/// <summary>A call that reached its grain.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    /// <summary>The activation that is called.</summary>
    IGrainContext TargetContext { get; }
}
