namespace Platform.Api.Marathon.Definitions;

/// <summary>What of its surroundings decides how a definition is read.</summary>
internal sealed record AppDefinitionContext
{
    /// <summary>The group that a relative id is seen from.</summary>
    public string Group { get; init; } = "/";

    /// <summary>The role of an app that names none.</summary>
    public string DefaultRole { get; init; } = "*";

    /// <summary>The roles that an app may name, or null: any.</summary>
    public IReadOnlyCollection<string>? ValidRoles { get; init; }

    /// <summary>The roles whose resources an app may use that names none, and that is not bound to unreserved ones by its volumes.</summary>
    public IReadOnlyList<string> DefaultAcceptedResourceRoles { get; init; } = [];

    /// <summary>Roles that agents have resources for: each may be used by whoever names it.</summary>
    public IReadOnlyCollection<string> AgentRoles { get; init; } = [];

    /// <summary>The network that an unnamed container network means, or null: there is none (Marathon's --default_network_name).</summary>
    public string? DefaultNetworkName { get; init; }
}
