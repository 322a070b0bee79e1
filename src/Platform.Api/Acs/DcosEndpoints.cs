using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
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

    public static void Map(ApiRouter routes)
    {
        // It asks for this one without a login, to be refused: the refusal tells how to log in.
        routes.Get(BuildInfo, _ => Answer([])).Needs(Right.Filtered);
        routes.Get(Metadata, request => Answer(new() { ["PUBLIC_IPV4"] = request.Http.Connection.LocalIpAddress?.MapToIPv4().ToString(), ["CLUSTER_ID"] = "platform" })).Needs(Right.Filtered);
        routes.Get(Version, _ => Answer(new() { ["version"] = "2.2.0", ["dcos-image-commit"] = "", ["bootstrap-id"] = "", ["dcos-variant"] = "enterprise" })).Needs(Right.Open);
    }

    private static Task<IResult> Answer(JsonObject node) => Task.FromResult<IResult>(AcsApi.Answer(node));
}
