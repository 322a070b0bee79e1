namespace Platform.Core.Serialization;

/// <summary>The stable number of a member inside its type; it must never be used again for another member.</summary>
/// <param name="id">The number, unique within the declaring type.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class IdAttribute(uint id) : Attribute
{
    /// <summary>The number, unique within the declaring type.</summary>
    public uint Id { get; } = id;
}
