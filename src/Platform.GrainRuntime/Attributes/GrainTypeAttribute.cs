namespace Platform.GrainRuntime;

/// <summary>The grain type's stable name, part of its identity and of what it stored. Default: the class name in lower case without the suffix "grain".</summary>
/// <param name="grainType">The name; no slash.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class GrainTypeAttribute(string grainType) : Attribute
{
    /// <summary>The name.</summary>
    public string GrainType { get; } = grainType;
}
