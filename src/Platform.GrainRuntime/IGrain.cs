namespace Platform.GrainRuntime;

/// <summary>A virtual actor's interface.</summary>
public interface IGrain;
