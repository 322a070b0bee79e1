using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Deployments;
using Platform.Client.Http;

namespace Platform.Client.Apps;

/// <summary>The apps of a control plane: <see cref="IPlatformClient.Apps"/>.</summary>
public sealed class AppsClient
{
    private readonly PlatformClient client;
    private readonly Wire wire;

    internal AppsClient(PlatformClient client, Wire wire) => (this.client, this.wire) = (client, wire);

    /// <summary>A handle of an app; nothing is asked yet, the app need not exist.</summary>
    public AppHandle Get(string id) => new(client, wire, id);

    /// <summary>All apps, with their counts and running deployments.</summary>
    public async Task<IReadOnlyList<App>> ListAsync(AppFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var path = "/v2/apps" + Wire.Query(("id", filter?.Id), ("cmd", filter?.Cmd), ("label", filter?.Label));
        return (await wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.AppList, null, cancellationToken).ConfigureAwait(false)).Apps;
    }

    /// <summary>Makes the control plane run what is defined: a new app, or the whole new definition of one that is there. Done when it is accepted and stored.</summary>
    /// <returns>The app; <see cref="AppHandle.WaitUntilHealthyAsync"/> waits for its instances.</returns>
    public Task<AppHandle> SubmitAsync(AppDefinition definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        SubmitAsync(JsonOf(definition), options, cancellationToken);

    /// <inheritdoc cref="SubmitAsync(AppDefinition, ChangeOptions?, CancellationToken)"/>
    /// <exception cref="ArgumentException">The definition has no id.</exception>
    public async Task<AppHandle> SubmitAsync(JsonObject definition, ChangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (definition["id"] is not JsonValue value || !value.TryGetValue<string>(out var id))
            throw new ArgumentException("The definition needs an id.", nameof(definition));
        var app = Get(id);
        app.Submitted = await app.ReplaceAsync(definition, options, cancellationToken).ConfigureAwait(false);
        return app;
    }

    /// <summary>Submits a new app; one that is there already is refused (<see cref="PlatformError.Conflict"/>).</summary>
    public Task<DeploymentHandle> CreateAsync(AppDefinition definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        CreateAsync(JsonOf(definition), options, cancellationToken);

    /// <summary>Submits a new app, or (as an array) creates and updates several apps in one deployment.</summary>
    public Task<DeploymentHandle> CreateAsync(JsonNode definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(definition is JsonArray ? HttpMethod.Put : HttpMethod.Post, "/v2/apps" + PlatformClient.ForceOf(options), definition, cancellationToken);

    /// <summary>Kills instances by their task ids.</summary>
    public Task<KillResult> KillTasksAsync(IReadOnlyList<string> taskIds, KillOptions? options = null, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["ids"] = new JsonArray([.. taskIds.Select(id => (JsonNode)id)]) };
        return client.KillAsync(HttpMethod.Post, "/v2/tasks/delete", body, options, cancellationToken);
    }

    /// <summary>What waits to be started and why, the entries of <c>GET /v2/queue</c>.</summary>
    public async Task<IReadOnlyList<JsonObject>> ListQueueAsync(CancellationToken cancellationToken = default)
    {
        var answer = await wire.SendAsync(HttpMethod.Get, "/v2/queue?embed=lastUnusedOffers", ClientJson.Default.JsonObject, null, cancellationToken).ConfigureAwait(false);
        return [.. (answer["queue"] as JsonArray ?? []).OfType<JsonObject>().Select(entry => entry.DeepClone().AsObject())];
    }

    private static JsonObject JsonOf(AppDefinition definition) => JsonSerializer.SerializeToNode(definition, ClientJson.Default.AppDefinition)!.AsObject();
}
