using System.Collections.Concurrent;

namespace Platform.Networking.Ingress;

/// <summary>The routes that the ingress serves now, by their ids.</summary>
internal sealed class IngressRoutes
{
    private readonly ConcurrentDictionary<string, LiveRoute> _routes = new(StringComparer.Ordinal);

    internal IReadOnlyCollection<LiveRoute> All => [.. _routes.Values];

    internal LiveRoute? Find(string id) => _routes.GetValueOrDefault(id);

    internal void Set(string id, LiveRoute route) => _routes[id] = route;

    internal LiveRoute? Remove(string id) => _routes.TryRemove(id, out var route) ? route : null;
}
