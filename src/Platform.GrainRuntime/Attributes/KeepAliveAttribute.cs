namespace Platform.GrainRuntime;

/// <summary>Activations of this class are not collected when idle.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KeepAliveAttribute : Attribute;
