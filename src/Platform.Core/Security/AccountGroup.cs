using Platform.Core.Collections;

namespace Platform.Core.Security;

/// <summary>Accounts that have permissions together.</summary>
/// <param name="Gid">The id.</param>
/// <param name="Description">For people.</param>
/// <param name="Members">Ids of accounts, in order.</param>
[GenerateSerializer, Immutable, Alias("Platform.AccountGroup")]
public sealed record AccountGroup([property: Id(0)] string Gid, [property: Id(1)] string Description, [property: Id(2)] ValueList<string> Members);
