using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Core.Registry;
using Platform.Core.Security;

namespace Platform.Api.MesosDns;

/// <summary>The HTTP API of Mesos-DNS (<c>/v1/hosts</c> and friends), also under DC/OS' prefix <c>/mesos_dns</c>.</summary>
/// <remarks>As Mesos-DNS' resolver.go has it: a name that is not there is one object with empty texts, never an error.</remarks>
public static class MesosDnsEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static IEndpointRouteBuilder MapMesosDns(this IEndpointRouteBuilder endpoints)
    {
        foreach (var prefix in new[] { "/v1", "/mesos_dns/v1" })
        {
            var routes = endpoints.MapGroup(prefix);
            routes.MapGet("version", Version).Needs(Right.Open);
            routes.MapGet("config", Config).Needs(Right.OnOperations(AccessAction.Read, "mesos-dns"));
            routes.MapGet("hosts/{host}", Host).Needs(Right.Filtered);
            routes.MapGet("hosts/{host}/ports", Ports).Needs(Right.Filtered);
            routes.MapGet("services/{service}", Service).Needs(Right.Filtered);
            routes.MapGet("enumerate", Enumerate).Needs(Right.Filtered);
            routes.MapGet("axfr", Axfr).Needs(Right.Filtered);
        }
        return endpoints;
    }

    private static JsonAnswer Version() => new(json =>
    {
        json.WriteStartObject();
        json.WriteString("Service", "Mesos-DNS");
        json.WriteString("Version", typeof(MesosDnsEndpoints).Assembly.GetName().Version!.ToString(3));
        json.WriteString("URL", "https://github.com/mesosphere/mesos-dns");
        json.WriteEndObject();
    });

    private static JsonAnswer Config(ServiceZone zone, MesosDnsSettings settings) => new(json => settings.Write(json, zone.Names));

    private static JsonAnswer Host(ServiceZone zone, string host)
    {
        var name = Absolute(host);
        var found = zone.Find(name).Records.Where(record => record.Type is DnsRecordType.A or DnsRecordType.Aaaa).OrderBy(record => record.Type).ToList();
        return Array(found.Count > 0 ? found.Select(record => new[] { ("host", name), ("ip", record.Target) }) : [[("host", ""), ("ip", "")]]);
    }

    private static JsonAnswer Service(ServiceZone zone, string service)
    {
        var answer = zone.Find(Absolute(service));
        var found = new List<(string, string)[]>();
        foreach (var srv in answer.Records.Where(record => record.Type == DnsRecordType.Srv))
        {
            // The first address of each kind, as Mesos-DNS shows them.
            foreach (var address in answer.Additional.Where(record => record.Name.Equals(srv.Target, StringComparison.OrdinalIgnoreCase)).DistinctBy(record => record.Type).OrderBy(record => record.Type))
                found.Add([("service", service), ("host", srv.Target), ("ip", address.Target), ("port", $"{srv.Port}")]);
        }
        return Array(found.Count > 0 ? found : [[("service", ""), ("host", ""), ("ip", ""), ("port", "")]]);
    }

    /// <summary>The ports of a host, which Mesos-DNS names in its API and never wrote: the SRV records whose hosts have the addresses of this one.</summary>
    private static JsonAnswer Ports(ServiceZone zone, string host)
    {
        var name = Absolute(host);
        var addresses = zone.Find(name).Records.Where(record => record.Type is DnsRecordType.A or DnsRecordType.Aaaa).Select(record => record.Target).ToHashSet();
        var found = new List<(string, string)[]>();
        foreach (var (endpoint, records) in zone.All())
        {
            if (endpoint is null || !records.Any(record => record.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                continue;
            foreach (var port in endpoint.Ports)
            {
                var number = MesosDnsNames.DiscoveredNumber(port);
                foreach (var protocol in number > 0 ? port.Protocols() : [])
                {
                    var reached = port.HostPort > 0 ? endpoint.AgentAddresses : endpoint.TaskAddresses;
                    if (reached.IsEmpty)
                        continue;
                    found.Add([("host", name), ("ip", reached.FirstOrDefault(addresses.Contains, reached[0])), ("port", $"{number}"), ("protocol", protocol), ("name", port.Name ?? "")]);
                }
            }
        }
        return Array(found);
    }

    private static JsonAnswer Enumerate(ServiceZone zone)
    {
        var frameworks = zone.All().Where(entry => entry.Endpoint is not null).GroupBy(entry => entry.Endpoint!.Framework).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        return new(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("frameworks");
            foreach (var framework in frameworks)
            {
                json.WriteStartObject();
                json.WriteStartArray("tasks");
                foreach (var (endpoint, records) in framework.OrderBy(entry => entry.Endpoint!.Id, StringComparer.Ordinal))
                    WriteTask(json, endpoint!, records);
                json.WriteEndArray();
                json.WriteString("name", framework.Key);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteTask(Utf8JsonWriter json, ServiceEndpoint endpoint, IEnumerable<DnsRecord> records)
    {
        json.WriteStartObject();
        json.WriteString("name", endpoint.Name);
        json.WriteString("id", endpoint.Id);
        json.WriteStartArray("records");
        foreach (var record in records)
        {
            json.WriteStartObject();
            json.WriteString("name", record.Name);
            json.WriteString("host", record.Data);
            json.WriteString("rtype", record.TypeName);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static JsonAnswer Axfr(ServiceZone zone, MesosDnsSettings settings, TimeProvider time)
    {
        var records = zone.All().SelectMany(entry => (IEnumerable<DnsRecord>)entry.Records).Distinct().ToLookup(record => record.Type);
        return new(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("TTL", settings.TtlSeconds);
            json.WriteNumber("Serial", (uint)time.GetUtcNow().ToUnixTimeSeconds());
            json.WriteNumber("RefreshSeconds", MesosDnsSettings.RefreshSeconds);
            json.WriteString("Mname", MesosDnsSettings.NameServer(zone.Names));
            json.WriteString("Rname", MesosDnsSettings.Mailbox(zone.Names));
            json.WriteString("Domain", zone.Names.Domain);
            json.WriteStartObject("Records");
            foreach (var (name, type) in new[] { ("As", DnsRecordType.A), ("AAAAs", DnsRecordType.Aaaa), ("SRVs", DnsRecordType.Srv) })
            {
                json.WriteStartObject(name);
                foreach (var group in records[type].GroupBy(record => record.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
                {
                    json.WriteStartArray(group.Key);
                    foreach (var record in group)
                        json.WriteStringValue(record.Data);
                    json.WriteEndArray();
                }
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static string Absolute(string name)
    {
        var lower = name.ToLowerInvariant().Replace(".*", "", StringComparison.Ordinal);
        return lower.EndsWith('.') ? lower : lower + ".";
    }

    private static JsonAnswer Array(IEnumerable<(string Name, string Value)[]> items) => new(json =>
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            json.WriteStartObject();
            foreach (var (name, value) in item)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
