namespace Platform.Core.Tasks;

/// <summary>A value that must never be printed: it shows itself as asterisks in logs and in text.</summary>
/// <param name="Value">The value itself.</param>
[GenerateSerializer, Immutable, Alias("Platform.SecretText")]
public sealed record SecretText([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => "***";
}
