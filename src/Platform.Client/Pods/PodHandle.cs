using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Http;

namespace Platform.Client.Pods;

/// <summary>One pod.</summary>
public sealed class PodHandle
{
    private readonly PlatformClient client;
    private readonly Wire wire;
    private readonly string path;

    internal PodHandle(PlatformClient client, Wire wire, string id)
    {
        this.client = client;
        this.wire = wire;
        Id = "/" + id.Trim('/');
        path = Wire.PathOf("/v2/pods", Id);
    }

    /// <summary>The absolute path.</summary>
    public string Id { get; }

    /// <summary>The pod with its instances.</summary>
    public Task<PodStatus> GetAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, path + "::status", ClientJson.Default.PodStatus, null, cancellationToken);

    /// <summary>The whole answer of <c>GET /v2/pods/{id}::status</c>, as it is.</summary>
    public Task<JsonObject> GetJsonAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, path + "::status", ClientJson.Default.JsonObject, null, cancellationToken);

    /// <summary>The definition, at a version or as it stands.</summary>
    public Task<JsonObject> GetDefinitionAsync(string? version = null, CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, path + (version is null ? "" : "::versions/" + Uri.EscapeDataString(version)), ClientJson.Default.JsonObject, null, cancellationToken);

    /// <summary>Puts a definition in the place of the old one, or creates the pod.</summary>
    public Task<DeploymentHandle> ReplaceAsync(JsonObject definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Put, path + PlatformClient.ForceOf(options), definition, cancellationToken);

    /// <summary>Sets the number of instances; 0 suspends the pod.</summary>
    public async Task<DeploymentHandle> ScaleAsync(int instances, ChangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        var definition = await GetDefinitionAsync(null, cancellationToken).ConfigureAwait(false);
        definition["scaling"] = new JsonObject { ["kind"] = "fixed", ["instances"] = instances };
        return await ReplaceAsync(definition, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Leads back to an older version of the definition.</summary>
    public async Task<DeploymentHandle> RollbackAsync(string version, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        await ReplaceAsync(await GetDefinitionAsync(version, cancellationToken).ConfigureAwait(false), options, cancellationToken).ConfigureAwait(false);

    /// <summary>Replaces all instances as the upgrade strategy says.</summary>
    public Task<DeploymentHandle> RestartAsync(ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Post, path + "::restart" + PlatformClient.ForceOf(options), null, cancellationToken);

    /// <summary>Goes on with a canary rollout that waits for it. An unhealthy canary is refused (<see cref="PlatformError.Conflict"/>) unless forced.</summary>
    public Task<DeploymentHandle> PromoteAsync(ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Post, path + "::promote" + PlatformClient.ForceOf(options), null, cancellationToken);

    /// <summary>Ends all instances and forgets the pod.</summary>
    public Task<DeploymentHandle> RemoveAsync(ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Delete, path + PlatformClient.ForceOf(options), null, cancellationToken);

    /// <summary>The versions of its definition that are kept, newest first.</summary>
    public async Task<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default) =>
        await wire.SendAsync(HttpMethod.Get, path + "::versions", ClientJson.Default.ListString, null, cancellationToken).ConfigureAwait(false);

    /// <summary>How its last instances ended that nobody asked to end, newest first: the container that each ended of.</summary>
    public async Task<IReadOnlyList<AppTaskFailure>> ListFailuresAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, path + "::failures", ClientJson.Default.FailureList, null, cancellationToken).ConfigureAwait(false)).Failures;

    /// <summary>How the last instance ended that nobody asked to end; null: none did.</summary>
    public async Task<AppTaskFailure?> GetLastFailureAsync(CancellationToken cancellationToken = default) =>
        await ListFailuresAsync(cancellationToken).ConfigureAwait(false) is [var last, ..] ? last : null;

    /// <summary>Kills instances; they are replaced.</summary>
    /// <param name="instances">Their ids.</param>
    /// <param name="wipe">Destroy their persistent volumes too.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The ids of those that were found.</returns>
    public async Task<IReadOnlyList<string>> KillAsync(IReadOnlyList<string> instances, bool wipe = false, CancellationToken cancellationToken = default)
    {
        var body = new JsonArray([.. instances.Select(id => (JsonNode)id)]);
        var query = Wire.Query(("wipe", Wire.Flag(wipe)));
        var answer = await wire.SendAsync(HttpMethod.Delete, path + "::instances" + query, ClientJson.Default.JsonNode, body, cancellationToken).ConfigureAwait(false);
        return [.. answer.AsArray().Select(one => one!["instanceId"]!["idString"]!.GetValue<string>())];
    }

    /// <summary>What of it waits to be started and why, the answer of <c>GET /v2/pods/{id}::pending</c>.</summary>
    public Task<JsonObject> GetPendingAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, path + "::pending", ClientJson.Default.JsonObject, null, cancellationToken);

    /// <summary>What a container of one of its instances writes, line by line and as UTF-8, without the ends of the lines. A line of more than 1 Mi characters comes in pieces.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="container">The container.</param>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<string> LogsAsync(PodInstance instance, PodContainer container, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        AppLog.LinesAsync(ReadLogAsync(instance, container, options, cancellationToken), cancellationToken);

    /// <summary>What a container of one of its instances writes to standard output or standard error.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="container">The container.</param>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(PodInstance instance, PodContainer container, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadLogAsync(instance.AgentId, container.ContainerId, options, cancellationToken);

    /// <summary>What a container wrote, also one that has ended, as long as its agent keeps it.</summary>
    /// <param name="agentId">The agent, its id or name.</param>
    /// <param name="containerId">The task of the container.</param>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(string agentId, string containerId, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        AppLog.ReadAsync(client.Agents.Get(agentId), containerId, options ?? new LogOptions(), cancellationToken);
}
