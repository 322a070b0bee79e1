using System.Text.Json;
using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Reads networks and ports.</summary>
internal static class NetworkReader
{
    public static NetworkSpec? ReadNetwork(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } network)
            return null;
        var name = network.Text("name", 1, 63);
        if (name is not null && !IsName(name, underscores: true))
            network.Rule("name", "must match the pattern ^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$");
        return new()
        {
            Mode = network.Choice("mode", "container", "container/bridge", "host") switch
            {
                "host" => NetworkMode.Host,
                "container/bridge" => NetworkMode.Bridge,
                _ => NetworkMode.Container,
            },
            Name = name,
            Labels = network.TextMap("labels") ?? default,
        };
    }

    public static PortDefinition? ReadPortDefinition(JsonElement value, string at, JsonProblems problems) =>
        JsonObjectReader.Open(value, at, problems) is { } port
            ? new()
            {
                Port = port.Integer("port", 0, 65_535) ?? 0,
                Protocol = ReadProtocol(port),
                Name = ReadPortName(port),
                Labels = port.TextMap("labels") ?? default,
            }
            : null;

    public static PortMapping? ReadPortMapping(JsonElement value, string at, JsonProblems problems) =>
        JsonObjectReader.Open(value, at, problems) is { } port
            ? new()
            {
                ContainerPort = port.Integer("containerPort", 0, 65_535) ?? 0,
                HostPort = port.Integer("hostPort", 0, 65_535),
                ServicePort = port.Integer("servicePort", 0, 65_535) ?? 0,
                Protocol = ReadProtocol(port),
                Name = ReadPortName(port),
                Labels = port.TextMap("labels") ?? default,
                NetworkNames = port.Texts("networkNames", minLength: 1) ?? default,
            }
            : null;

    public static IpAddressDocument ReadIpAddress(JsonObjectReader address)
    {
        var discovery = address.Object("discovery");
        return new()
        {
            NetworkName = address.Text("networkName", 1),
            Labels = address.TextMap("labels") ?? default,
            HasDiscovery = discovery is not null,
            DiscoveryPorts = discovery?.List("ports", ReadDiscoveryPort) ?? default,
        };
    }

    private static PortMapping? ReadDiscoveryPort(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } port)
            return null;
        port.Require("name");
        return new()
        {
            ContainerPort = port.Integer("number", 0, 65_535) ?? 0,
            ServicePort = 0,
            Name = ReadPortName(port),
            Protocol = ReadProtocol(port),
            Labels = port.TextMap("labels") ?? default,
        };
    }

    private static string ReadProtocol(JsonObjectReader port)
    {
        // Marathon once wrote the two the other way round.
        var protocol = port.Choice("protocol", "tcp", "udp", "udp,tcp", "tcp,udp");
        return protocol is null ? "tcp" : protocol == "tcp,udp" ? "udp,tcp" : protocol;
    }

    private static string? ReadPortName(JsonObjectReader port)
    {
        var name = port.Text("name", 1);
        if (name is null || IsName(name, underscores: false))
            return name;
        port.Rule("name", "must match the pattern ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$");
        return null;
    }

    /// <summary>Lowercase letters, digits and, inside, hyphens (and underscores).</summary>
    public static bool IsName(string name, bool underscores) =>
        IsEdge(name[0]) && IsEdge(name[^1]) && name.All(c => IsEdge(c) || c == '-' || underscores && c == '_');

    private static bool IsEdge(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
