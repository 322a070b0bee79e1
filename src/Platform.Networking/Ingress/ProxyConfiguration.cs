using System.Globalization;
using Platform.Core.Ingress;
using Platform.Core.Registry;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Networking.Ingress;

/// <summary>Says to YARP what routes say.</summary>
internal static class ProxyConfiguration
{
    /// <summary>The cluster of a route: its ready instances.</summary>
    internal static ClusterConfig ClusterOf(IngressRoute route, TimeSpan idle) => new()
    {
        ClusterId = route.Id,
        LoadBalancingPolicy = WeightedLeastRequests.PolicyName,
        SessionAffinity = route.Rule.Sticky
            ? new() { Enabled = true, Policy = "HashCookie", FailurePolicy = "Redistribute", AffinityKeyName = "platform_server_" + Suffix(route.Id), Cookie = new() { HttpOnly = true, Path = "/" } }
            : null,
        HttpClient = new() { DangerousAcceptAnyServerCertificate = route.Rule.Protocol == BackendProtocol.Https, EnableMultipleHttp2Connections = true },
        HttpRequest = new ForwarderRequestConfig
        {
            ActivityTimeout = idle,
            Version = route.Rule.Protocol == BackendProtocol.Http ? new(1, 1) : new(2, 0),
            VersionPolicy = route.Rule.Protocol == BackendProtocol.Http2 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        },
        Destinations = route.Targets.Where(target => target is { State: EndpointState.Ready, Weight: > 0 })
            .ToDictionary(target => target.Id, target => new DestinationConfig { Address = $"{(route.Rule.Protocol == BackendProtocol.Https ? "https" : "http")}://{target.Address}/" }),
    };

    /// <summary>The routes of a rule for these of its hosts; one for names, and one for each star, which counts less the less it says.</summary>
    internal static IEnumerable<RouteConfig> RoutesOf(IngressRoute route, IReadOnlyList<string> hosts)
    {
        var named = hosts.Where(host => host.Length > 0 && host[0] != '*').ToList();
        if (named.Count > 0)
            yield return RouteOf(route, "names", named, 0);
        foreach (var star in hosts.Where(host => host.StartsWith('*')))
            yield return RouteOf(route, star, [star], 200 - star.Count(c => c == '.'));
        if (hosts.Contains(""))
            yield return RouteOf(route, "any", null, 1000);
    }

    private static RouteConfig RouteOf(IngressRoute route, string part, IReadOnlyList<string>? hosts, int order) => new()
    {
        RouteId = $"{route.Id} {part}",
        ClusterId = route.Id,
        Order = order,
        Match = new() { Hosts = hosts, Path = route.Rule.Path is { } path ? $"{path}/{{**rest}}" : "{**rest}" },
        Transforms =
        [
            new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" },
            .. route.Rule.StripPath is { } strip ? [new Dictionary<string, string> { ["PathRemovePrefix"] = strip }] : Array.Empty<Dictionary<string, string>>(),
        ],
    };

    // FNV-1a: the same on all machines.
    private static string Suffix(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619u;
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
