namespace Platform.GrainRuntime;

/// <summary>The method may run interleaved with other read-only methods of the same grain.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadOnlyAttribute : Attribute;
