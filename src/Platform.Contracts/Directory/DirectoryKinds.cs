using Platform.Core.Collections;

namespace Platform.Contracts.Directory;

/// <summary>The kinds of grains that are listed.</summary>
public static class DirectoryKinds
{
    /// <summary>Apps, by path.</summary>
    public const string Apps = "apps";

    /// <summary>Agents, by id.</summary>
    public const string Agents = "agents";

    /// <summary>All kinds, in the order in which they are activated after a start.</summary>
    public static readonly ValueList<string> All = [Agents, Apps];
}
