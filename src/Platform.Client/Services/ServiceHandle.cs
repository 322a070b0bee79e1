using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Services;

/// <summary>One service.</summary>
public sealed class ServiceHandle
{
    private readonly Wire wire;
    private readonly string path;

    internal ServiceHandle(Wire wire, string name)
    {
        (this.wire, Name) = (wire, name);
        path = "/api/services/" + Uri.EscapeDataString(name);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The service as it is.</summary>
    public Task<Service> GetAsync(CancellationToken cancellationToken = default) => wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.Service, null, cancellationToken);

    /// <summary>The service once it has changed after a number, or as it is when the time is over.</summary>
    /// <param name="index">The <see cref="Service.Index"/> that is known.</param>
    /// <param name="longest">How long to wait at most; no longer than the client's limit for a request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Service> WaitAsync(long index, TimeSpan longest, CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, path + Wire.Query(("index", $"{index}"), ("wait", $"{longest.TotalSeconds}")), ClientJson.Default.Service, null, cancellationToken);

    /// <summary>The whole list first, then each change as it happens. It ends when the control plane goes away.</summary>
    public async IAsyncEnumerable<ServiceChange> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var item in wire.EventsAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (item.Data.Length > 0 && JsonSerializer.Deserialize(item.Data, ClientJson.Default.ServiceChange) is { } change)
                yield return change with { Index = long.TryParse(item.EventId, out var index) ? index : 0, IsSnapshot = item.EventType == "snapshot" };
        }
    }

    /// <summary>Registers an instance from outside, or replaces it.</summary>
    public async Task RegisterAsync(string id, ServiceInstance instance, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject
        {
            ["address"] = instance.Address,
            ["ports"] = new JsonArray([.. instance.Ports.Select(port => new JsonObject { ["name"] = port.Name, ["port"] = port.HostPort, ["protocol"] = port.Protocol })]),
            ["tags"] = new JsonObject(instance.Tags.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value))),
            ["weight"] = instance.Weight,
            ["ttlSeconds"] = instance.TtlSeconds,
        };
        if (instance.Check is { } check)
        {
            var json = new JsonObject { ["protocol"] = check.Protocol, ["path"] = check.Path, ["intervalSeconds"] = check.IntervalSeconds };
            if (check.Port is { } port)
                json["port"] = port;
            body["check"] = json;
        }
        using var _ = await wire.SendAsync(HttpMethod.Put, PathOf(id), body, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells that an instance with a time to live is still there.</summary>
    public async Task HeartbeatAsync(string id, CancellationToken cancellationToken = default)
    {
        using var _ = await wire.SendAsync(HttpMethod.Put, PathOf(id) + "/heartbeat", null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes an instance that was registered from outside.</summary>
    public async Task DeregisterAsync(string id, CancellationToken cancellationToken = default)
    {
        using var _ = await wire.SendAsync(HttpMethod.Delete, PathOf(id), null, cancellationToken).ConfigureAwait(false);
    }

    private string PathOf(string id) => $"{path}/instances/{Uri.EscapeDataString(id)}";
}
