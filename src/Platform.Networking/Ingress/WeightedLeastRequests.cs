using System.Net;
using Microsoft.AspNetCore.Http;
using Platform.Networking.LoadBalancing;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Platform.Networking.Ingress;

/// <summary>Chooses an instance as the balancer of virtual addresses does: by open requests and weights or by the client's address, passing over those that fail.</summary>
internal sealed class WeightedLeastRequests(IngressRoutes routes) : ILoadBalancingPolicy
{
    internal const string PolicyName = "platform";

    /// <summary>Where the chosen backend is noted for a request.</summary>
    internal static readonly object ChosenKey = new();

    public string Name => PolicyName;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        if (availableDestinations.Count == 0)
            return null;
        if (routes.Find(cluster.ClusterId) is { } live)
        {
            // Usually all of them; fewer when some have failed for this request, or when a cookie names one.
            var fewer = ReferenceEquals(availableDestinations, cluster.DestinationsState.AvailableDestinations)
                ? null
                : availableDestinations.Select(destination => destination.DestinationId).ToHashSet(StringComparer.Ordinal);
            bool IsAvailable(Backend backend) => cluster.Destinations.ContainsKey(backend.Id) && fewer?.Contains(backend.Id) != false;
            var client = context.Connection.RemoteIpAddress ?? IPAddress.None;
            while (live.Pool.Choose(client, IsAvailable, Environment.TickCount64) is { } backend && cluster.Destinations.TryGetValue(backend.Id, out var chosen))
            {
                if (!backend.TryTake())
                    continue;
                context.Items[ChosenKey] = backend;
                return chosen;
            }
        }
        return availableDestinations[0];
    }
}
