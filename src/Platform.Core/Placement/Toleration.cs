namespace Platform.Core.Placement;

/// <summary>Lets a task onto agents with a taint.</summary>
/// <param name="Key">The key of the taint; null tolerates every key.</param>
/// <param name="Value">The value of the taint; null tolerates every value.</param>
/// <param name="Effect">The effect of the taint; null tolerates every effect.</param>
[GenerateSerializer, Immutable, Alias("Platform.Toleration")]
public sealed record Toleration(
    [property: Id(0)] string? Key = null,
    [property: Id(1)] string? Value = null,
    [property: Id(2)] TaintEffect? Effect = null)
{
    /// <summary>Whether this toleration covers a taint.</summary>
    public bool Covers(Taint taint) =>
        (Key is null || Key == taint.Key) && (Value is null || Value == taint.Value) && (Effect is null || Effect == taint.Effect);
}
