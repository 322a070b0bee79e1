using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Contracts.Security;

/// <summary>What is known of identities, without secrets.</summary>
/// <param name="Version">Its number; greater than that of anything earlier.</param>
/// <param name="Issuer">The name of the cluster in tokens.</param>
/// <param name="Items">Everything.</param>
[GenerateSerializer, Immutable, Alias("Platform.SecuritySnapshot")]
public sealed record SecuritySnapshot([property: Id(0)] long Version, [property: Id(1)] string Issuer, [property: Id(2)] ValueMap<SecurityItem> Items)
{
    /// <summary>The address that tokens of tasks name as their issuer; null: it is the name of the cluster.</summary>
    [Id(3)]
    public string? TaskIssuer { get; init; }
}
