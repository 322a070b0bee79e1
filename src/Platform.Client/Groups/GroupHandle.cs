using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Http;

namespace Platform.Client.Groups;

/// <summary>One group of apps and pods.</summary>
public sealed class GroupHandle
{
    private readonly PlatformClient client;
    private readonly Wire wire;
    private readonly string path;

    internal GroupHandle(PlatformClient client, Wire wire, string id)
    {
        this.client = client;
        this.wire = wire;
        Id = "/" + id.Trim('/');
        path = Id == "/" ? "/v2/groups" : Wire.PathOf("/v2/groups", Id);
    }

    /// <summary>The absolute path.</summary>
    public string Id { get; }

    /// <summary>The group with all that it has, the whole answer of <c>GET /v2/groups/{id}</c>.</summary>
    public Task<JsonObject> GetAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.JsonObject, null, cancellationToken);

    /// <summary>Puts the apps, pods and groups of a definition in the place of what the group has, in one deployment; creates it if it is not there.</summary>
    public Task<DeploymentHandle> ReplaceAsync(JsonObject definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Put, path + PlatformClient.ForceOf(options), definition, cancellationToken);

    /// <summary>Multiplies the instances of all of its apps.</summary>
    /// <param name="factor">Not negative.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may have been taken.</param>
    public Task<DeploymentHandle> ScaleAsync(double factor, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        ReplaceAsync(new JsonObject { ["scaleBy"] = factor }, options, cancellationToken);

    /// <summary>Leads back to an older version of its definition.</summary>
    public Task<DeploymentHandle> RollbackAsync(string version, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        ReplaceAsync(new JsonObject { ["version"] = version }, options, cancellationToken);

    /// <summary>Ends everything that it has, and forgets it.</summary>
    public Task<DeploymentHandle> RemoveAsync(ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Delete, path + Wire.Query(("force", options?.Force ?? false ? "true" : "false")), null, cancellationToken);
}
