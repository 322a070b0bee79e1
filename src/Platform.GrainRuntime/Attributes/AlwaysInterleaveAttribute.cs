namespace Platform.GrainRuntime;

/// <summary>The method may start while other calls of the same grain await something.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlwaysInterleaveAttribute : Attribute;
