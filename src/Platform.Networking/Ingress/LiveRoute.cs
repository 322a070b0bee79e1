using System.Net;
using Platform.Core.Ingress;
using Platform.Core.Registry;
using Platform.Networking.LoadBalancing;

namespace Platform.Networking.Ingress;

/// <summary>A route with what goes on behind it.</summary>
internal sealed class LiveRoute
{
    private readonly Lock _gate = new();
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IngressRoute _route;
    private IPNetwork[] _allowed = [];
    private Task? _waking;
    private int _waiting;

    internal LiveRoute(IngressRoute route)
    {
        _route = route;
        Set(route);
    }

    /// <summary>The route as it is now.</summary>
    internal IngressRoute Route => _route;

    /// <summary>The instances.</summary>
    internal BackendPool Pool { get; } = new();

    /// <summary>Ends when the route or its instances change.</summary>
    internal Task Changed => _changed.Task;

    /// <summary>How many requests wait for an instance.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    /// <summary>The route is another one now. <see cref="TellChanged"/> tells of it.</summary>
    internal void Set(IngressRoute route)
    {
        _route = route;
        _allowed = [.. route.Rule.AllowedNetworks.Select(text => IPNetwork.Parse(text))];
        Pool.Policy = route.Rule.Balance == "source" ? BalancingPolicy.SourceAddress : BalancingPolicy.LeastConnections;
        Pool.Set(route.Targets.Select(target => (target.Id, target.Address, target.Weight, target.State == EndpointState.Ready)));
    }

    /// <summary>Those who wait look again.</summary>
    internal void TellChanged()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    /// <summary>Whether requests may come from an address.</summary>
    internal bool Allows(IPAddress? client)
    {
        if (_allowed.Length == 0)
            return true;
        if (client is { IsIPv4MappedToIPv6: true })
            client = client.MapToIPv4();
        return client is not null && _allowed.Any(network => network.Contains(client));
    }

    /// <summary>Wakes the app, once for all who wait.</summary>
    internal Task WakeAsync(Func<string, int, CancellationToken, Task> wake)
    {
        lock (_gate)
        {
            if (_waking is null or { IsCompleted: true })
                _waking = wake(_route.AppId, _route.Rule.WakeInstances, CancellationToken.None);
            return _waking;
        }
    }

    /// <summary>One more waits. False: too many do.</summary>
    internal bool TryWait(int most)
    {
        if (Interlocked.Increment(ref _waiting) <= most)
            return true;
        Interlocked.Decrement(ref _waiting);
        return false;
    }

    internal void WaitsNoMore() => Interlocked.Decrement(ref _waiting);
}
