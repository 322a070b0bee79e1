namespace Platform.Core;

/// <summary>A label of a reservation.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value; null when it has none.</param>
[GenerateSerializer, Immutable, Alias("Platform.ResourceLabel")]
public sealed record ResourceLabel([property: Id(0)] string Key, [property: Id(1)] string? Value = null)
{
    /// <inheritdoc />
    public override string ToString() => Value is null ? Key : $"{Key}: {Value}";
}
