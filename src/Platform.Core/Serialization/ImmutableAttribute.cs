namespace Platform.Core.Serialization;

/// <summary>Marks a type, or a grain method's parameter, whose value is never changed after it was sent, so that it need not be copied.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Parameter)]
public sealed class ImmutableAttribute : Attribute;
