using System.Net;
using System.Text.Json;
using Platform.Core.Registry;

namespace Platform.Api.MesosDns;

/// <summary>What <c>/v1/config</c> shows: Mesos-DNS' settings, with the values that this server has.</summary>
public sealed record MesosDnsSettings
{
    /// <summary>Changes are followed at once; for a setting in seconds that is one.</summary>
    internal const int RefreshSeconds = 1;

    /// <summary>Where DNS is served; null: it is not.</summary>
    public Func<IPEndPoint?> Listen { get; init; } = () => null;

    /// <summary>How long others may keep answers, seconds. Default 5.</summary>
    public int TtlSeconds { get; init; } = 5;

    /// <summary>Name servers for other zones.</summary>
    public IReadOnlyList<IPEndPoint> Resolvers { get; init; } = [];

    internal static string NameServer(MesosDnsNames names) => $"ns1.{names.Domain}.";

    internal static string Mailbox(MesosDnsNames names) => $"root.ns1.{names.Domain}.";

    internal void Write(Utf8JsonWriter json, MesosDnsNames names)
    {
        var listen = Listen();
        json.WriteStartObject();
        json.WriteNumber("RefreshSeconds", RefreshSeconds);
        json.WriteNumber("Port", listen?.Port ?? 0);
        json.WriteNumber("Timeout", 2);
        json.WriteNumber("StateTimeoutSeconds", 300);
        json.WriteNumber("ZkDetectionTimeout", 30);
        json.WriteNumber("HttpPort", 0);
        json.WriteNumber("TTL", TtlSeconds);
        json.WriteNumber("SRVRecordDefaultWeight", 1);
        json.WriteNumber("SOASerial", 0);
        json.WriteNumber("SOARefresh", 60);
        json.WriteNumber("SOARetry", 600);
        json.WriteNumber("SOAExpire", 86400);
        json.WriteNumber("SOAMinttl", TtlSeconds);
        json.WriteString("SOAMname", NameServer(names));
        json.WriteString("SOARname", Mailbox(names));
        json.WriteNull("Masters");
        json.WriteStartObject("ZoneResolvers");
        json.WriteEndObject();
        json.WriteStartArray(nameof(Resolvers));
        foreach (var resolver in Resolvers)
            json.WriteStringValue(resolver.Port == 53 ? resolver.Address.ToString() : resolver.ToString());
        json.WriteEndArray();
        json.WriteStartArray("IPSources");
        foreach (var source in new[] { "netinfo", "mesos", "host" })
            json.WriteStringValue(source);
        json.WriteEndArray();
        json.WriteString("Zk", "");
        json.WriteString("Domain", names.Domain);
        json.WriteString("File", "");
        json.WriteString("Listener", listen?.Address.ToString() ?? "");
        json.WriteString("HTTPListener", "");
        json.WriteBoolean("RecurseOn", true);
        json.WriteBoolean("DnsOn", listen is not null);
        json.WriteBoolean("HttpOn", true);
        json.WriteBoolean("ExternalOn", Resolvers.Count > 0);
        json.WriteBoolean("EnforceRFC952", names.Rule == DnsLabelRule.Rfc952);
        json.WriteBoolean("SetTruncateBit", true);
        json.WriteBoolean("EnumerationOn", true);
        json.WriteBoolean("MesosHTTPSOn", false);
        json.WriteString("CACertFile", "");
        json.WriteString("CertFile", "");
        json.WriteString("KeyFile", "");
        json.WriteEndObject();
    }
}
