using Platform.Core.Collections;

namespace Platform.Core.Security;

/// <summary>Somebody who has logged in at a provider.</summary>
/// <param name="Uid">The name of the account here.</param>
/// <param name="Description">For people.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Groups">The groups here that the user is a member of.</param>
/// <param name="Governed">All groups whose members the provider tells: in the others the user stays as it is.</param>
[GenerateSerializer, Immutable, Alias("Platform.FederatedUser")]
public sealed record FederatedUser(
    [property: Id(0)] string Uid, [property: Id(1)] string Description, [property: Id(2)] string Provider,
    [property: Id(3)] ValueList<string> Groups, [property: Id(4)] ValueList<string> Governed);
