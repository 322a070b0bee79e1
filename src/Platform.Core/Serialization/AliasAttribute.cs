namespace Platform.Core.Serialization;

/// <summary>The stable name of a type or a grain method on the wire and in storage, independent of its name in the source.</summary>
/// <param name="alias">The stable name.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Interface | AttributeTargets.Method)]
public sealed class AliasAttribute(string alias) : Attribute
{
    /// <summary>The stable name.</summary>
    public string Alias { get; } = alias;
}
