using System.Text.Json.Serialization;
using Platform.Api.Registry;
using Platform.Api.Security;
using Platform.Core.Security;
using Platform.Networking.LoadBalancing;
using Platform.Networking.Registry;

namespace Platform.Host.Hosting;

/// <summary><c>/api/lb</c>: what the balancer of this process listens on, and where connections go.</summary>
internal static class BalancerEndpoints
{
    // The registry is asked every two seconds; another silo takes it over within a few.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    internal static IServiceCollection AddLoadBalancer(this IServiceCollection services, bool isOn)
    {
        services.AddSingleton(provider => new RegistryAge(
            () => provider.GetRequiredService<RegistryFeed>().UpToDateAt, () => false, LongestSilence, provider.GetRequiredService<TimeProvider>()));
        if (!isOn)
            return services;
        services.AddSingleton(provider =>
        {
            var waker = provider.GetRequiredService<AppWaker>();
            return new LoadBalancerOptions { Wake = (sleeper, cancellationToken) => waker.WakeAsync(sleeper.AppId, sleeper.Instances, cancellationToken) };
        });
        services.AddSingleton<LoadBalancer>();
        services.AddHostedService(provider => provider.GetRequiredService<LoadBalancer>());
        services.AddSingleton(provider => new RegistryConsumer((_, cancellationToken) => provider.GetRequiredService<LoadBalancer>().CaughtUpAsync(cancellationToken), ids => provider.GetRequiredService<LoadBalancer>().BusyOf(ids)));
        return services;
    }

    internal static void MapLoadBalancer(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/lb", (IServiceProvider services, RegistryAge age) =>
        Results.Json(Of(services.GetService<LoadBalancer>(), age), BalancerJson.Default.BalancerView)).Needs(Right.OnOperations(AccessAction.Read, "networking"));

    internal static BalancerView Of(LoadBalancer? balancer, RegistryAge age) => (balancer is null ? new(0, 0, 0, 0, [], []) : Of(balancer)) with
    {
        Stale = age.IsStale,
        AgeSeconds = Math.Round(age.Age.TotalSeconds, 3),
    };

    private static BalancerView Of(LoadBalancer balancer) => new(
        balancer.Metrics.Connections, balancer.Metrics.Active, balancer.Metrics.Failures, balancer.Metrics.Refused,
        [.. balancer.Frontends.OrderBy(frontend => frontend.Address.ToString(), StringComparer.Ordinal).Select(frontend => new FrontendView(
            frontend.Address.ToString(), frontend.Address.Protocol, frontend.Listen.ToString(),
            [.. frontend.Pool.Backends.OrderBy(backend => backend.Id, StringComparer.Ordinal).Select(backend => new BackendView(
                backend.Id, backend.Target.ToString(), backend.Weight, backend.IsReady, backend.Active, backend.Total, backend.Failures))]))],
        [.. balancer.Problems.Select(problem => new FrontendProblemView(problem.Key.ToString(), problem.Key.Protocol, problem.Value))]);
}

/// <summary>A balancer.</summary>
internal sealed record BalancerView(
    long Connections, long Active, long Failures, long Refused, IReadOnlyList<FrontendView> Addresses, IReadOnlyList<FrontendProblemView> Problems)
{
    /// <summary>The control plane is away: it goes on with what it knows.</summary>
    public bool Stale { get; init; }

    /// <summary>Time since the control plane was last heard.</summary>
    public double AgeSeconds { get; init; }
}

/// <summary>An address that it listens on.</summary>
internal sealed record FrontendView(string Name, string Protocol, string Listen, IReadOnlyList<BackendView> Backends);

/// <summary>An endpoint behind an address.</summary>
internal sealed record BackendView(string Id, string Target, int Weight, bool Ready, int Active, long Total, int Failures);

/// <summary>An address that it cannot listen on.</summary>
internal sealed record FrontendProblemView(string Name, string Protocol, string Problem);

/// <summary>How these are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BalancerView))]
internal sealed partial class BalancerJson : JsonSerializerContext;
