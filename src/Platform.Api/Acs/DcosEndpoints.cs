using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Platform.Api.Http;
using Platform.Api.Security;

namespace Platform.Api.Acs;

/// <summary>The few addresses at which the command line of DC/OS finds out what it talks to and how to log in.</summary>
internal static class DcosEndpoints
{
    private const string BuildInfo = "/pkgpanda/active.buildinfo.full.json";
    private const string Metadata = "/metadata";
    private const string Version = "/dcos-metadata/dcos-version.json";

    public static string[] Paths { get; } = [BuildInfo, Metadata, Version];

    public static void Map(IEndpointRouteBuilder endpoints, ApiRouter routes, AcsApi api)
    {
        // It begins by this, without a login, and goes on with the address that answers: it must not be led to the page for logins.
        endpoints.MapMethods("/", [HttpMethods.Head], _ => Task.CompletedTask).Needs(Right.Open);
        // It asks for this one without a login, to be refused: the refusal tells how to log in.
        routes.Get(BuildInfo, _ => Answer([])).Needs(Right.Filtered);
        // It keeps what it knows of a cluster under this id.
        routes.Get(Metadata, async request => AcsApi.Answer(new JsonObject
        {
            ["PUBLIC_IPV4"] = request.Http.Connection.LocalIpAddress?.MapToIPv4().ToString(),
            ["CLUSTER_ID"] = $"{await api.ClusterIdAsync()}",
        })).Needs(Right.Filtered);
        routes.Get(Version, _ => Answer(new() { ["version"] = "2.2.0", ["dcos-image-commit"] = "", ["bootstrap-id"] = "", ["dcos-variant"] = "enterprise" })).Needs(Right.Open);
    }

    private static Task<IResult> Answer(JsonObject node) => Task.FromResult<IResult>(AcsApi.Answer(node));
}
