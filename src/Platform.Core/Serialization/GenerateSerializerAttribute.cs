namespace Platform.Core.Serialization;

/// <summary>Marks a type that may cross a grain boundary or be stored by a grain. Same meaning as in Orleans.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
public sealed class GenerateSerializerAttribute : Attribute;
