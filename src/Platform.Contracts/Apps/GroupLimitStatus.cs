using Platform.Core.Groups;

namespace Platform.Contracts.Apps;

/// <summary>A limit of a group, and what its definitions come to.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Used">What they come to now.</param>
[GenerateSerializer, Immutable, Alias("Platform.GroupLimitStatus")]
public sealed record GroupLimitStatus([property: Id(0)] GroupLimit Limit, [property: Id(1)] GroupUse Used);
