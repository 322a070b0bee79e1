using System.Text.Json.Nodes;
using Platform.Client.Agents;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Events;
using Platform.Client.Groups;
using Platform.Client.Jobs;
using Platform.Client.Pods;
using Platform.Client.Services;

namespace Platform.Client;

/// <summary>A control plane, seen from a program. Its parts are by noun.</summary>
/// <remarks>Every call throws <see cref="PlatformException"/> when the control plane refuses it or cannot be reached.</remarks>
public partial interface IPlatformClient : IDisposable
{
    /// <summary>The control plane's address.</summary>
    Uri Url { get; }

    /// <summary>Whom it takes for the control plane; null: whom the system trusts.</summary>
    ClusterTrust? Trust { get; }

    /// <summary>Apps.</summary>
    AppsClient Apps { get; }

    /// <summary>Pods.</summary>
    PodsClient Pods { get; }

    /// <summary>Groups of apps and pods.</summary>
    GroupsClient Groups { get; }

    /// <summary>Changes of apps, pods and groups that are under way.</summary>
    DeploymentsClient Deployments { get; }

    /// <summary>Jobs and their runs.</summary>
    JobsClient Jobs { get; }

    /// <summary>Agents.</summary>
    AgentsClient Agents { get; }

    /// <summary>Services, their endpoints, names and balancers.</summary>
    ServicesClient Services { get; }

    /// <summary>What happens.</summary>
    EventsClient Events { get; }

    /// <summary>What a submission of an app, several (an array) or a pod would do, without doing it, as the control plane describes it.</summary>
    Task<JsonNode> PlanAsync(JsonNode definition, CancellationToken cancellationToken = default);

    /// <summary>The same client with other limits for its calls, and for those of the handles that it gives. It shares the connections, and need not be disposed of.</summary>
    /// <param name="options">The limits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deadline is not longer than zero, or the number of retries is negative.</exception>
    IPlatformClient With(CallOptions options);
}
