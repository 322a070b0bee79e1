using System.Net;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>A registration from outside as JSON: <c>{"address", "port" or "ports", "tags", "weight", "ttlSeconds", "state"}</c>.</summary>
internal static class RegistrationBody
{
    private const int LongestId = 200;

    private static readonly string[] States = ["ready", "waiting", "draining"];

    /// <summary>Reads it; every problem goes to the list.</summary>
    internal static ServiceRegistration? Read(JsonElement body, string id, JsonProblems problems)
    {
        if (id.Length > LongestId || id.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or ':' or '@')))
            problems.Rule("/id", $"must be 1 to {LongestId} letters, digits and . _ - : @");
        if (JsonObjectReader.Open(body, "", problems) is not { } json)
            return null;
        json.Require("address");
        var address = json.Text("address");
        if (address is not null && !IPAddress.TryParse(address, out _))
            problems.Rule("/address", $"'{address}' is not an IP address; names are not resolved here");
        var ports = new List<EndpointPort>();
        if (json.Integer("port", 1, 65535) is { } port)
            ports.Add(new() { HostPort = (int)port });
        ports.AddRange((IEnumerable<EndpointPort>?)json.List("ports", ReadPort) ?? []);
        foreach (var twice in ports.SelectMany(one => one.Protocols().Select(protocol => (one.HostPort, protocol))).GroupBy(pair => pair).Where(group => group.Count() > 1))
            problems.Rule("/ports", $"port {twice.Key.HostPort} ({twice.Key.protocol}) is there {twice.Count()} times; name it once");
        foreach (var twice in ports.Where(one => one.Name is not null).GroupBy(one => one.Name).Where(group => group.Count() > 1))
            problems.Rule("/ports", $"the name '{twice.Key}' is there {twice.Count()} times; names of ports must differ");
        var state = json.Text("state") ?? "ready";
        if (!States.Contains(state))
            problems.Rule("/state", $"'{state}' is none of {string.Join(", ", States)}");
        var ttl = json.Number("ttlSeconds", 1, 86_400 * 30);
        return new()
        {
            Id = id,
            Address = address is not null && IPAddress.TryParse(address, out var ip) ? ip.ToString() : "",
            Ports = ports.ToValueList(),
            Tags = json.TextMap("tags") ?? default,
            Weight = (int)(json.Integer("weight", 0, 1000) ?? 1),
            TtlSeconds = ttl,
            State = Enum.TryParse<EndpointState>(state, ignoreCase: true, out var parsed) ? parsed : EndpointState.Ready,
        };
    }

    /// <summary>Writes it.</summary>
    internal static void Write(Utf8JsonWriter json, ServiceRegistration registration)
    {
        json.WriteStartObject();
        json.WriteString("id", registration.Id);
        json.WriteString("address", registration.Address);
        json.WriteStartArray("ports");
        foreach (var port in registration.Ports)
        {
            json.WriteStartObject();
            if (port.Name is not null)
                json.WriteString("name", port.Name);
            json.WriteNumber("port", port.HostPort);
            json.WriteString("protocol", port.Protocol);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("tags");
        foreach (var (key, value) in registration.Tags)
            json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteNumber("weight", registration.Weight);
        if (registration.TtlSeconds is { } ttl)
            json.WriteNumber("ttlSeconds", ttl);
        json.WriteString("state", registration.State.ToString().ToLowerInvariant());
        if (registration.SeenAt != default)
            json.WriteString("seenAt", registration.SeenAt);
        json.WriteEndObject();
    }

    private static EndpointPort? ReadPort(JsonElement item, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(item, at, problems) is not { } json)
            return null;
        json.Require("port");
        var name = json.Text("name");
        if (name is not null && DnsLabels.Label(name).Length == 0)
            problems.Rule($"{at}/name", $"'{name}' has nothing that a DNS name can be made of; use letters, digits and hyphens");
        var protocol = json.Text("protocol") ?? "tcp";
        if (protocol.Split(',').Any(part => part is not ("tcp" or "udp")))
            problems.Rule($"{at}/protocol", $"'{protocol}' is none of tcp, udp and udp,tcp");
        return new() { Name = name, HostPort = (int)(json.Integer("port", 1, 65535) ?? 0), Protocol = protocol };
    }
}
