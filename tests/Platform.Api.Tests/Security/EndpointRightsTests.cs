using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Platform.Api.Security;
using Platform.Clustering;
using Platform.Core.Registry;
using Platform.Core.Security;
using Platform.Host.Hosting;

namespace Platform.Api.Tests.Security;

/// <summary>No endpoint of the real application is without a right.</summary>
public sealed class EndpointRightsTests : IDisposable
{
    /// <summary>All that may be reached by somebody who has not logged in, but for files of the dashboard. Whoever adds a line says why it tells nothing.</summary>
    private static readonly string[] OpenPaths =
    [
        // Signs of life.
        "/ping", "/health", "/ready", "/help", "/service/chronos/ping", "/service/metronome/ping",
        "/v1/scheduler/ping", "/scheduler/ping", "/service/chronos/v1/scheduler/ping", "/service/chronos/scheduler/ping",
        "/master/health", "/mesos/health", "/mesos/master/health",
        // The version, and where the leader is: the address that was asked.
        "/version", "/master/version", "/mesos/version", "/mesos/master/version", "/v1/version", "/mesos_dns/v1/version",
        // What is needed to log in.
        "/acs/api/v1/auth/login", "/acs/api/v1/auth/code", "/acs/api/v1/auth/providers", "/acs/api/v1/auth/jwks", "/dcos-metadata/dcos-version.json", "/ui/login", "/ui/logout",
        // The public keys, for those who check tokens of tasks.
        "/.well-known/jwks.json", "/.well-known/openid-configuration",
        // The certificate of the authority: every handshake shows what it signed.
        "/api/ca", "/ca/dcos-ca.crt",
        // HEAD alone, which has no body: that somebody is there.
        "/",
        "/redirect", "/master/redirect", "/mesos/redirect", "/mesos/master/redirect",
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("rights-").FullName;

    [Fact]
    public async Task Every_endpoint_says_which_right_it_needs_and_few_are_open()
    {
        await using var app = Build();

        var endpoints = Endpoints(app).ToList();
        endpoints.Count.ShouldBeGreaterThan(200);
        endpoints.Where(endpoint => endpoint.Right is null).Select(endpoint => endpoint.Name).ShouldBeEmpty();
        endpoints.Where(endpoint => endpoint.Right!.Kind == EndpointRightKind.Open).Select(endpoint => endpoint.Path).Distinct().Except(OpenPaths).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_without_a_login_or_a_right_passes_an_endpoint_that_is_not_open()
    {
        await using var app = Build();
        var anonymous = new Access(Identity.Anonymous, AccessRights.None);
        var stranger = new Access(new("stranger", IdentityKind.User), AccessRights.None);

        foreach (var (name, _, right) in Endpoints(app).Where(endpoint => endpoint.Right!.Kind != EndpointRightKind.Open))
        {
            right!.Decide(anonymous, _ => "x").MustLogIn.ShouldBeTrue(name);
            right.Decide(stranger, _ => "x").IsAllowed.ShouldBe(right.Kind is EndpointRightKind.Filtered or EndpointRightKind.Asked, name);
            right.Decide(Access.Unguarded, _ => "x").IsAllowed.ShouldBeTrue(name);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private WebApplication Build() => ControlPlane.Build(
        new()
        {
            Listen = new(IPAddress.Loopback, 0),
            DataDirectory = _directory,
            Tuning = _ => { },
            Dns = new(new MesosDnsNames(), null),
            Marathon = _ => { },
            Logging = logging => logging.SetMinimumLevel(LogLevel.None),
        },
        services => services.AddSoleSilo(_directory));

    /// <summary>All endpoints; those behind a router one by one. Files of the dashboard, which are the same for everybody, are left out.</summary>
    private static IEnumerable<(string Name, string Path, EndpointRight? Right)> Endpoints(WebApplication app)
    {
        foreach (var endpoint in ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints))
        {
            var right = endpoint.Metadata.GetMetadata<EndpointRight>();
            var path = "/" + ((endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "").Trim('/');
            if (right?.Router is { } router)
            {
                foreach (var route in router.Routes)
                    yield return ($"{route.Method} {route.Pattern}", route.Pattern, route.Right);
                continue;
            }
            var isFile = endpoint.Metadata.Any(data => data.GetType().Name == "StaticAssetDescriptor");
            if (!isFile || right?.Kind != EndpointRightKind.Open)
                yield return ($"{endpoint.DisplayName} {path}", path, right);
        }
    }
}
