using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Turns Marathon's deprecated fields into those that replaced them: uris, ports, ipAddress, container.docker.network and container.docker.portMappings.</summary>
internal static class DeprecatedFields
{
    /// <summary>What the Mesos fetcher of old knew how to extract; uris had no extract flag.</summary>
    private static readonly string[] Archives = [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip"];

    public static AppDocument Migrate(AppDocument app, string path, JsonProblems problems)
    {
        Check(app, path, problems);
        var container = app.Container ?? (app.IpAddress is null ? null : new ContainerDocument { Type = "MESOS" });
        return app with
        {
            Fetch = app.Uris is { IsEmpty: false } uris && app.Fetch is null or { IsEmpty: true }
                ? uris.Select(uri => new FetchSpec { Uri = uri, Extract = IsArchive(uri) }).ToValueList()
                : app.Fetch,
            Uris = null,
            Networks = MigrateNetworks(app, path, problems),
            IpAddress = null,
            Container = container is null ? null : MigrateContainer(container, app.IpAddress, path, problems),
            PortDefinitions = app.PortDefinitions ?? app.Ports?.Select(port => new PortDefinition { Port = port }).ToValueList(),
            Ports = null,
        };
    }

    private static void Check(AppDocument app, string path, JsonProblems problems)
    {
        if (app.Uris is { } uris)
        {
            for (var i = 0; i < uris.Count; i++)
                AppReader.CheckUri(uris[i], $"{path}/uris({i})", problems);
            if (!uris.IsEmpty && app.Fetch is { IsEmpty: false })
                problems.Rule(path + "/uris", "may not be set in conjunction with fetch");
        }
        var hasNetworks = app.Networks is { IsEmpty: false };
        if (app.Container?.DockerNetwork is not null && hasNetworks)
            problems.Rule(path, "must not specify both container.docker.network and networks");
        if (app.IpAddress is not null && hasNetworks)
            problems.Rule(path, "must not specify both networks and ipAddress");
        if (app.IpAddress is { HasDiscovery: true } && app.Container is { Type: "DOCKER" })
            problems.Rule(path + "/ipAddress", "ipAddress/discovery is not allowed for Docker containers");
        if (app.IpAddress is not null && (app.Ports is { IsEmpty: false } || app.PortDefinitions is { IsEmpty: false }))
            problems.Rule(path, "cannot specify both an IP address and port");
        if (app.Ports is { } ports)
        {
            var named = ports.Where(port => port != 0).ToList();
            if (named.Distinct().Count() != named.Count)
                problems.Rule(path, "ports must be unique");
            // No ports beside definitions is how clients write back both members of what they read.
            if (!ports.IsEmpty && app.PortDefinitions is { } definitions && !definitions.Select(d => d.Port).SequenceEqual(ports))
                problems.Rule(path, "cannot specify both ports and port definitions");
        }
        if (app.Container is not { } container)
            return;
        if (container.HasCredential)
            problems.Rule(path + "/container/docker/credential", "must be empty");
        if (container is { Type: "MESOS", Docker: not null })
        {
            if (container.DockerNetwork is not null)
                problems.Rule(path + "/container/docker/network", "must be empty");
            if (!container.Docker.Parameters.IsEmpty)
                problems.Rule(path + "/container/docker/parameters", "must be empty");
            if (container.DockerPortMappings is not null)
                problems.Rule(path + "/container/docker/portMappings", "must be empty");
        }
    }

    private static ValueList<NetworkSpec>? MigrateNetworks(AppDocument app, string path, JsonProblems problems)
    {
        var labels = app.IpAddress?.Labels ?? default;
        switch (app.Container?.DockerNetwork)
        {
            case "HOST":
                return [new NetworkSpec { Mode = NetworkMode.Host }];
            case "BRIDGE":
                return [new NetworkSpec { Mode = NetworkMode.Bridge, Labels = labels }];
            case "USER":
                return [new NetworkSpec { Mode = NetworkMode.Container, Name = app.IpAddress?.NetworkName, Labels = labels }];
            case "NONE":
                problems.Rule(path + "/container/docker/network", "unsupported docker network type NONE");
                return app.Networks;
            default:
                if (app.IpAddress is not { } address)
                    return app.Networks;
                return address.NetworkName == "mesos-bridge"
                    ? [new NetworkSpec { Mode = NetworkMode.Bridge, Labels = labels }]
                    : [new NetworkSpec { Mode = NetworkMode.Container, Name = address.NetworkName, Labels = labels }];
        }
    }

    private static ContainerDocument MigrateContainer(ContainerDocument container, IpAddressDocument? address, string path, JsonProblems problems)
    {
        var mappings = container.PortMappings;
        if (container.DockerPortMappings is { } old)
        {
            // No mappings beside others is a contradiction; none of the deprecated ones beside others is how clients of old wrote it.
            if (mappings is not null && !old.IsEmpty)
                problems.Rule(path + "/container/portMappings", "cannot specify both portMappings and docker.portMappings");
            mappings ??= old;
        }
        if (address is { DiscoveryPorts.IsEmpty: false } && container.Type == "MESOS")
        {
            if (mappings is not null)
                problems.Rule(path + "/container/portMappings", "container.portMappings and ipAddress.discovery.ports must not both be set");
            mappings = address.DiscoveryPorts;
        }
        return container with { PortMappings = mappings, DockerPortMappings = null, DockerNetwork = null };
    }

    private static bool IsArchive(string uri)
    {
        var path = uri.Split('?', '#')[0];
        return Array.Exists(Archives, end => path.EndsWith(end, StringComparison.Ordinal));
    }
}
