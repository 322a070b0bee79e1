namespace Platform.GrainRuntime;

/// <summary>A grain whose identity is a number.</summary>
public interface IGrainWithIntegerKey : IGrain;
