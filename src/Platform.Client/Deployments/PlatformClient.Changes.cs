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

    internal async Task<DeploymentHandle?> CancelAsync(string id, bool force, CancellationToken cancellationToken)
    {
        var path = Wire.PathOf("/v2/deployments", id) + Wire.Query(("force", Wire.Flag(force)));
        using var response = await wire.SendAsync(HttpMethod.Delete, path, null, cancellationToken).ConfigureAwait(false);
        return force ? null : await ReadDeploymentAsync(response, cancellationToken).ConfigureAwait(false);
    }

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
