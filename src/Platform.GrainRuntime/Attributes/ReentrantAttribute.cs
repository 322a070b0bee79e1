namespace Platform.GrainRuntime;

/// <summary>Any call may start while other calls of this grain await something. Turns still never run at the same time.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReentrantAttribute : Attribute;
