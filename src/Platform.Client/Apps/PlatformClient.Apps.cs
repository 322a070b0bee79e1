using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Http;

namespace Platform.Client;

public sealed partial class PlatformClient
{
    private const string DeploymentHeader = "Marathon-Deployment-Id";

    /// <inheritdoc/>
    public AppHandle GetApp(string id) => new(this, wire, id);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<App>> ListAppsAsync(AppFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var path = "/v2/apps" + Wire.Query(("id", filter?.Id), ("cmd", filter?.Cmd), ("label", filter?.Label));
        return (await wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.AppList, null, cancellationToken).ConfigureAwait(false)).Apps;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<JsonObject>> ListQueueAsync(CancellationToken cancellationToken = default)
    {
        var answer = await wire.SendAsync(HttpMethod.Get, "/v2/queue?embed=lastUnusedOffers", ClientJson.Default.JsonObject, null, cancellationToken).ConfigureAwait(false);
        return [.. (answer["queue"] as JsonArray ?? []).OfType<JsonObject>().Select(entry => entry.DeepClone().AsObject())];
    }

    /// <inheritdoc/>
    public Task<DeploymentHandle> CreateAppAsync(AppDefinition definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        CreateAppAsync(JsonSerializer.SerializeToNode(definition, ClientJson.Default.AppDefinition)!, options, cancellationToken);

    /// <inheritdoc/>
    public Task<DeploymentHandle> CreateAppAsync(JsonNode definition, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        ChangeAsync(definition is JsonArray ? HttpMethod.Put : HttpMethod.Post, "/v2/apps" + ForceOf(options), definition, cancellationToken);

    /// <inheritdoc/>
    public Task<JsonNode> PlanAsync(JsonNode definition, CancellationToken cancellationToken = default)
    {
        // A PUT of a pod creates or updates it, whichever it takes.
        var (method, path) = definition switch
        {
            JsonArray => (HttpMethod.Put, "/v2/apps"),
            JsonObject pod when pod.ContainsKey("containers") && pod["id"] is JsonValue id && id.TryGetValue<string>(out var text) => (HttpMethod.Put, Wire.PathOf("/v2/pods", text)),
            _ => (HttpMethod.Post, "/v2/apps"),
        };
        return wire.SendAsync(method, path + "?dryRun=true", ClientJson.Default.JsonNode, definition, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<KillResult> KillTasksAsync(IReadOnlyList<string> taskIds, KillOptions? options = null, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject { ["ids"] = new JsonArray([.. taskIds.Select(id => (JsonNode)id)]) };
        return KillAsync(HttpMethod.Post, "/v2/tasks/delete", body, options, cancellationToken);
    }

    internal async Task<KillResult> KillAsync(HttpMethod method, string path, JsonNode? body, KillOptions? options, CancellationToken cancellationToken)
    {
        options ??= new KillOptions();
        path += Wire.Query(("scale", Wire.Flag(options.Scale)), ("wipe", Wire.Flag(options.Wipe)), ("force", Wire.Flag(options.Force)), ("host", options.Host));
        if (options.Scale)
            return new KillResult([], await ChangeAsync(method, path, body, cancellationToken).ConfigureAwait(false));
        var answer = await wire.SendAsync(method, path, ClientJson.Default.TaskList, body, cancellationToken).ConfigureAwait(false);
        return new KillResult(answer.Tasks, null);
    }

    internal Task<DeploymentHandle> ChangeAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken) =>
        wire.WithinAsync(
            async token =>
            {
                using var response = await wire.SendAsync(method, path, body, token).ConfigureAwait(false);
                return await ReadDeploymentAsync(response, token).ConfigureAwait(false);
            },
            cancellationToken);

    internal static string ForceOf(ChangeOptions? options) => Wire.Query(("force", Wire.Flag(options?.Force ?? false)));

    // 199 AGENT "TEXT" (RFC 7234, 5.5).
    private static List<string> WarningsOf(HttpResponseMessage response) => [.. response.Headers.Warning.Select(warning => warning.Text.Trim('"'))];

    // Which deployment a change started is in its header, its body, or both.
    private async Task<DeploymentHandle> ReadDeploymentAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var header = response.Headers.TryGetValues(DeploymentHeader, out var values) ? values.FirstOrDefault() : null;
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        ChangeAnswer? answer = null;
        try
        {
            answer = text.Length == 0 ? null : JsonSerializer.Deserialize(text, ClientJson.Default.ChangeAnswer);
        }
        catch (JsonException) when (header is not null)
        {
        }

        return (header ?? answer?.DeploymentId) is { } id
            ? new DeploymentHandle(this, id, answer?.Version) { Warnings = WarningsOf(response) }
            : throw new PlatformException(PlatformError.Refused, "the answer names no deployment") { StatusCode = response.StatusCode };
    }
}
