namespace Platform.GrainRuntime;

/// <summary>Injects an <see cref="IPersistentState{TState}"/> into a grain's constructor.</summary>
/// <param name="stateName">The name of the value within the grain.</param>
/// <param name="storageName">The storage; the embedded runtime has one and takes any name.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute, IFacetMetadata
{
    /// <summary>The name of the value within the grain.</summary>
    public string StateName { get; } = stateName;

    /// <summary>The storage's name.</summary>
    public string? StorageName { get; } = storageName;
}
