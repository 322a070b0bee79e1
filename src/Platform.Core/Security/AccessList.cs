using Platform.Core.Collections;

namespace Platform.Core.Security;

/// <summary>Who may do what to a resource.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Description">For people.</param>
/// <param name="Users">The actions of accounts.</param>
/// <param name="Groups">The actions of groups.</param>
[GenerateSerializer, Immutable, Alias("Platform.AccessList")]
public sealed record AccessList(
    [property: Id(0)] string Resource,
    [property: Id(1)] string Description,
    [property: Id(2)] ValueMap<ValueList<AccessAction>> Users,
    [property: Id(3)] ValueMap<ValueList<AccessAction>> Groups);
