namespace Platform.GrainRuntime;

/// <summary>The caller does not wait: the call completes when it is sent, and a failure of the method is only logged.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneWayAttribute : Attribute;
