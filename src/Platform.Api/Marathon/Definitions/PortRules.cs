using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Marathon's rules for networks and ports, with its messages.</summary>
internal static class PortRules
{
    public static void Check(AppSpec app, string path, JsonProblems problems)
    {
        CheckNetworks(app.Networks, path + "/networks", problems);
        CheckDefinitions(app.PortDefinitions, path + "/portDefinitions", problems);
        if (app.Container is { } container)
            CheckMappings(container.PortMappings, app.Networks, path + "/container/portMappings", problems);
        if (app.Container?.Type == "DOCKER" && AppNetworks.Count(app.Networks, NetworkMode.Container) > 1)
            problems.Rule(path, "may only specify a single container network when using the Docker container engine");
    }

    public static void CheckNetworks(ValueList<NetworkSpec> networks, string at, JsonProblems problems)
    {
        var host = AppNetworks.Count(networks, NetworkMode.Host);
        var bridge = AppNetworks.Count(networks, NetworkMode.Bridge);
        var container = AppNetworks.Count(networks, NetworkMode.Container);
        if (networks.Any(n => n.Mode == NetworkMode.Host && (n.Name is not null || !n.Labels.IsEmpty)))
            problems.Rule(at, "Host networks may not have names or labels");
        if (networks.Any(n => n is { Mode: NetworkMode.Bridge, Name: not null }))
            problems.Rule(at, "Bridge networks may not have names");
        if (networks.Any(n => n is { Mode: NetworkMode.Container, Name: null }))
            problems.Rule(at, "Network name must be specified when container network is selected.");
        var names = networks.Where(n => n.Name is not null).Select(n => n.Name!).ToList();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
            problems.Rule(at, "Duplicate networks are not allowed");
        if (!(host <= 1 && bridge + container == 0 || bridge <= 1 && host + container == 0 || host + bridge == 0))
            problems.Rule(at, "May specify a single host network, single bridge network, or else 1-to-n container networks");
    }

    private static void CheckDefinitions(ValueList<PortDefinition> ports, string at, JsonProblems problems)
    {
        if (HasDuplicates(ports.Where(p => p.Name is not null).Select(p => p.Name!)))
            problems.Rule(at, "Port names must be unique.");
        if (HasDuplicates(ports.Where(p => p.Port != 0).Select(p => p.Port)))
            problems.Rule(at, "Ports must be unique.");
    }

    private static void CheckMappings(ValueList<PortMapping> mappings, ValueList<NetworkSpec> networks, string at, JsonProblems problems)
    {
        if (HasDuplicates(mappings.Where(m => m.Name is not null).Select(m => m.Name!)))
            problems.Rule(at, "Port names must be unique.");
        var several = AppNetworks.Count(networks, NetworkMode.Container) > 1;
        var names = networks.Where(n => n.Name is not null).Select(n => n.Name!).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < mappings.Count; i++)
        {
            var mapping = mappings[i];
            if (several && mapping.HostPort is not null && mapping.NetworkNames.Count != 1)
                problems.Rule($"{at}({i})", "networkNames must be a single item list when hostPort is specified and more than 1 container network is defined");
            for (var j = 0; j < mapping.NetworkNames.Count; j++)
            {
                if (!names.Contains(mapping.NetworkNames[j]))
                    problems.Rule($"{at}({i})/networkNames({j})", $"is not one of ({string.Join(",", names)})");
            }
        }
    }

    public static bool HasDuplicates<T>(IEnumerable<T> items)
    {
        var seen = new HashSet<T>();
        foreach (var item in items)
        {
            if (!seen.Add(item))
                return true;
        }
        return false;
    }
}
