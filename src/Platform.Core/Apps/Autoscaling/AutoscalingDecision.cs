using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>How many instances there shall be, and how that was found.</summary>
/// <param name="Instances">The number.</param>
/// <param name="History">The wishes that later decisions still look at, oldest first.</param>
/// <param name="Arithmetic">The calculation for people.</param>
public sealed record AutoscalingDecision(int Instances, ValueList<AutoscalingWish> History, string Arithmetic);
