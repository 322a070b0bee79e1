namespace Platform.Core;

/// <summary>A closed interval of whole numbers, as in port ranges: both ends belong to it.</summary>
/// <param name="Begin">The first number.</param>
/// <param name="End">The last number; not below <paramref name="Begin"/>.</param>
[GenerateSerializer, Immutable, Alias("Platform.ValueRange")]
public readonly record struct ValueRange([property: Id(0)] long Begin, [property: Id(1)] long End)
{
    /// <summary>How many numbers the interval holds.</summary>
    public long Count => End - Begin + 1;

    /// <inheritdoc />
    public override string ToString() => $"{Begin}-{End}";
}
