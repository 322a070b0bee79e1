using System.Net;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>A registration from outside as JSON: <c>{"address", "port" or "ports", "tags", "weight", "ttlSeconds", "state", "check"}</c>.</summary>
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
        var check = json.Object("check") is { } reader ? ReadCheck(reader, ports, problems) : null;
        var ttl = json.Number("ttlSeconds", 1, 86_400 * 30);
        return new()
        {
            Id = id,
            Address = address is not null && IPAddress.TryParse(address, out var ip) ? ip.ToString() : "",
            Ports = ports.ToValueList(),
            Tags = json.TextMap("tags") ?? default,
            Weight = (int)(json.Integer("weight", 0, 1000) ?? 1),
            TtlSeconds = ttl,
            Check = check,
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
        if (registration.Check is { } check)
        {
            json.WriteStartObject("check");
            json.WriteString("protocol", check.IsHttp ? "http" : "tcp");
            json.WriteNumber("port", check.Port);
            if (check.IsHttp)
                json.WriteString("path", check.Path);
            json.WriteNumber("intervalSeconds", check.IntervalSeconds);
            json.WriteNumber("timeoutSeconds", check.TimeoutSeconds);
            json.WriteNumber("failures", check.Failures);
            json.WriteEndObject();
        }
        if (registration.Health is { } health)
        {
            json.WriteStartObject("health");
            if (health.IsHealthy is { } isHealthy)
                json.WriteBoolean("healthy", isHealthy);
            json.WriteNumber("failures", health.Failures);
            if (health.Problem is not null)
                json.WriteString("problem", health.Problem);
            if (health.CheckedAt is { } at)
                json.WriteString("checkedAt", at);
            json.WriteEndObject();
        }
        json.WriteString("state", registration.State.ToString().ToLowerInvariant());
        if (registration.SeenAt != default)
            json.WriteString("seenAt", registration.SeenAt);
        json.WriteEndObject();
    }

    /// <summary>As <c>{"protocol": "http", "port": 8080, "path": "/health", "intervalSeconds": 10, "timeoutSeconds": 5, "failures": 3}</c>; the port is the first of the instance unless another is named.</summary>
    private static InstanceCheck? ReadCheck(JsonObjectReader json, List<EndpointPort> ports, JsonProblems problems)
    {
        json.Require("protocol");
        var protocol = json.Text("protocol");
        if (protocol is not (null or "http" or "tcp"))
            problems.Rule("/check/protocol", $"'{protocol}' is neither http nor tcp");
        var path = json.Text("path") ?? "/";
        if (!path.StartsWith('/') || path.StartsWith("//", StringComparison.Ordinal) || path.Length > 1000 || path.Any(c => c is <= ' ' or > '~' or '\\' or '#'))
            problems.Rule("/check/path", $"'{path}' is no path; write such as /health");
        var port = json.Integer("port", 1, 65535) ?? (ports.Count > 0 ? ports[0].HostPort : 0);
        if (port == 0)
            problems.Rule("/check/port", "is missing, and the instance has no port that could be meant");
        return new()
        {
            IsHttp = protocol == "http",
            Port = port,
            Path = path,
            IntervalSeconds = json.Number("intervalSeconds", 1, 86_400) ?? 10,
            TimeoutSeconds = json.Number("timeoutSeconds", 0.1, 60) ?? 5,
            Failures = json.Integer("failures", 1, 1000) ?? 3,
        };
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
