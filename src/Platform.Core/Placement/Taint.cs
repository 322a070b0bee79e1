namespace Platform.Core.Placement;

/// <summary>A mark on an agent that keeps tasks away unless they tolerate it.</summary>
/// <param name="Key">The name of the taint.</param>
/// <param name="Value">Its value; may be empty.</param>
/// <param name="Effect">What it does.</param>
[GenerateSerializer, Immutable, Alias("Platform.Taint")]
public sealed record Taint(
    [property: Id(0)] string Key,
    [property: Id(1)] string Value = "",
    [property: Id(2)] TaintEffect Effect = TaintEffect.NoSchedule)
{
    /// <summary>The taint as it is written, for example <c>gpu=a100:NoSchedule</c>.</summary>
    public override string ToString() => Value.Length == 0 ? $"{Key}:{Effect}" : $"{Key}={Value}:{Effect}";
}
