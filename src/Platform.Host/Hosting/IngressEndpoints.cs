using System.Text.Json.Serialization;
using Platform.Api.Registry;
using Platform.Api.Security;
using Platform.Core.Registry;
using Platform.Core.Security;
using Platform.Networking.Ingress;

namespace Platform.Host.Hosting;

/// <summary><c>/api/ingress</c>: what the ingress of this process serves.</summary>
internal static class IngressEndpoints
{
    internal static IServiceCollection AddIngress(this IServiceCollection services, IngressOptions options)
    {
        services.AddSingleton(provider => new IngressServer(provider.GetRequiredService<ServiceDirectory>(), options with { Wake = provider.GetRequiredService<AppWaker>().WakeAsync }, provider.GetRequiredService<ILoggerFactory>()));
        services.AddHostedService(provider => provider.GetRequiredService<IngressServer>());
        services.AddSingleton(provider => new RegistryConsumer((isComplete, cancellationToken) => provider.GetRequiredService<IngressServer>().CaughtUpAsync(isComplete, cancellationToken), ids => provider.GetRequiredService<IngressServer>().BusyOf(ids)));
        return services;
    }

    internal static void MapIngress(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/api/ingress", (IServiceProvider services) =>
        Results.Json(Of(services.GetService<IngressServer>()), IngressJson.Default.IngressView)).Needs(Right.OnOperations(AccessAction.Read, "networking"));

    internal static IngressView Of(IngressServer? ingress) => ingress is null ? new([], new(0, 0, 0, 0, 0, 0), []) : new(
        ingress.Addresses,
        new(ingress.Metrics.Requests, ingress.Metrics.Active, ingress.Metrics.Retries, ingress.Metrics.Failures, ingress.Metrics.Unknown, ingress.Metrics.Wakes),
        [.. ingress.Routes.Select(entry => new IngressRouteView(
            entry.Route.Service, entry.Route.PortIndex, entry.Route.Rule.Mode.ToString().ToLowerInvariant(), [.. entry.Route.Rule.Hosts], entry.Route.Rule.Path, entry.Route.Rule.ServicePort,
            ingress.Problems.GetValueOrDefault(entry.Route.Id),
            [.. entry.Pool.Backends.OrderBy(backend => backend.Id, StringComparer.Ordinal).Select(backend => new BackendView(
                backend.Id, backend.Target.ToString(), backend.Weight, backend.IsReady, backend.Active, backend.Total, backend.Failures))]))]);
}

/// <summary>An ingress.</summary>
internal sealed record IngressView(IReadOnlyList<string> Addresses, IngressCountsView Counts, IReadOnlyList<IngressRouteView> Routes);

/// <summary>What it has counted.</summary>
internal sealed record IngressCountsView(long Requests, long Active, long Retries, long Failures, long Unknown, long Wakes);

/// <summary>One port of a service as it is served.</summary>
internal sealed record IngressRouteView(
    string Service, int PortIndex, string Mode, IReadOnlyList<string> Hosts, string? Path, int ServicePort, string? Problem, IReadOnlyList<BackendView> Backends);

/// <summary>How these are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IngressView))]
internal sealed partial class IngressJson : JsonSerializerContext;
