using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>A handle of an app; nothing is asked yet, the app need not exist.</summary>
    AppHandle GetApp(string id);

    /// <summary>All apps, with their counts and running deployments.</summary>
    Task<IReadOnlyList<App>> ListAppsAsync(AppFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>Submits a new app.</summary>
    Task<DeploymentHandle> CreateAppAsync(AppDefinition definition, ChangeOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Submits a new app, or (as an array) creates and updates several apps in one deployment.</summary>
    Task<DeploymentHandle> CreateAppAsync(JsonNode definition, ChangeOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>What a submission would do, without doing it, as the control plane describes it.</summary>
    Task<JsonNode> PlanAsync(JsonNode definition, CancellationToken cancellationToken = default);

    /// <summary>Kills instances by their task ids.</summary>
    Task<KillResult> KillTasksAsync(IReadOnlyList<string> taskIds, KillOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>What waits to be started and why, the entries of <c>GET /v2/queue</c>.</summary>
    Task<IReadOnlyList<JsonObject>> ListQueueAsync(CancellationToken cancellationToken = default);
}
