namespace Platform.Storage.Records;

/// <summary>Injects an <see cref="IPersistentItems{T}"/> into a grain's constructor.</summary>
/// <param name="name">The name within the grain.</param>
/// <param name="storageName">The storage's name.</param>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class PersistentItemsAttribute(string name, string storageName) : Attribute, IFacetMetadata
{
    /// <summary>The name within the grain.</summary>
    public string Name { get; } = name;

    /// <summary>The storage's name.</summary>
    public string StorageName { get; } = storageName;
}
