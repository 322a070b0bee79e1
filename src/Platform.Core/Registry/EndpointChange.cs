using Platform.Core.Collections;

namespace Platform.Core.Registry;

/// <summary>What became of the endpoints that one owner has in a service, from one version of their list to the next.</summary>
[GenerateSerializer, Immutable, Alias("Platform.EndpointChange")]
public sealed record EndpointChange
{
    /// <summary>The service.</summary>
    [Id(0)] public required string Service { get; init; }

    /// <summary>The version that it applies to; null: it is the whole list, whatever was known before.</summary>
    [Id(1)] public long? From { get; init; }

    /// <summary>The version of the list after it.</summary>
    [Id(2)] public long To { get; init; }

    /// <summary>Endpoints that are new or changed.</summary>
    [Id(3)] public ValueList<ServiceEndpoint> Set { get; init; }

    /// <summary>Ids of endpoints that are gone.</summary>
    [Id(4)] public ValueList<string> Removed { get; init; }

    /// <summary>Whose endpoints they are, such as <c>app:/shop/web</c>; empty: they were registered from outside.</summary>
    [Id(5)] public string Owner { get; init; } = "";
}
