using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Http;
using Platform.Api.Native;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Contracts.Security;
using Platform.Core.Security.Certificates;

namespace Platform.Api.Agents;

/// <summary><c>/api/agents/ID/certificate</c>: an agent that joins, or renews its certificate, sends a signing request. <c>/api/agents/ID/revoke</c>: it is let in no more.</summary>
internal static class AgentCertificates
{
    /// <summary>Signs the request in the body, <c>{"request":"-----BEGIN CERTIFICATE REQUEST-----..."}</c>.</summary>
    public static async Task AnswerAsync(HttpContext http, IGrainFactory grains, string id)
    {
        var (feed, time) = (http.RequestServices.GetRequiredService<SecurityFeed>(), http.RequestServices.GetRequiredService<TimeProvider>());
        if (http.RequestServices.GetService<ICertificateAuthority>() is not { } authority || http.RequestServices.GetService<AgentCertificateSettings>() is not { } settings || !http.Request.IsHttps)
        {
            await http.RefuseAsync(StatusCodes.Status404NotFound, "This control plane serves HTTP and makes no certificates; --tls makes it serve HTTPS.");
            return;
        }
        using var body = await RequestJson.ReadAsync(http.Request);
        var problems = new JsonProblems();
        var request = JsonObjectReader.Open(body.RootElement, "", problems) is { } json && json.Require("request") ? json.Text("request") ?? "" : "";
        if (problems.Any)
            throw new ApiException(ErrorAnswer.Invalid(problems));
        var access = http.Access();
        var now = time.GetUtcNow();
        // What can be told beforehand needs no signature.
        if (AgentAdmission.CertificateRefusal(id, access.AgentProof, access.Who.Uid, (await feed.ReadAsync()).View.Agents.GetValueOrDefault(id), authority.Fingerprint, now) is { } refusal)
        {
            await http.RefuseAsync(StatusCodes.Status403Forbidden, refusal);
            return;
        }
        (string Certificate, DateTimeOffset ExpiresAt) made;
        try
        {
            made = authority.IssueForAgent(request, id, now, settings.Lifetime);
        }
        catch (ArgumentException wrong)
        {
            throw new ApiException(ErrorAnswer.Invalid("/request", wrong.Message.Split(" (Parameter")[0]));
        }
        var result = await grains.GetGrain<ISecurityGrain>(0).CertifyAgentAsync(new(id, made.ExpiresAt) { Authority = authority.Fingerprint }, access.AgentProof, access.Who.Uid);
        if (result.Outcome != Core.Security.SecurityOutcome.Done)
        {
            await http.RefuseAsync(StatusCodes.Status403Forbidden, result.Message);
            return;
        }
        await feed.RefreshAsync();
        http.Response.StatusCode = StatusCodes.Status201Created;
        await http.Response.WriteAsJsonAsync(new JsonObject { ["certificate"] = made.Certificate, ["expiresAt"] = made.ExpiresAt.ToString("O") }, http.RequestAborted);
    }

    /// <summary>Revokes an agent: its session ends, its tasks are given up, and it is let in no more.</summary>
    public static async Task RevokeAsync(HttpContext http, IGrainFactory grains, string id)
    {
        var feed = http.RequestServices.GetRequiredService<SecurityFeed>();
        var found = await AgentEndpoints.FindAsync(grains, id);
        var agentId = found?.Id ?? id;
        if (found is null && !(await feed.ReadAsync()).View.Agents.ContainsKey(id))
        {
            await http.RefuseAsync(StatusCodes.Status404NotFound, $"Agent '{id}' does not exist");
            return;
        }
        await grains.GetGrain<ISecurityGrain>(0).RevokeAgentAsync(agentId);
        await feed.RefreshAsync();
        if (found is not null)
            await grains.GetGrain<IAgentGrain>(agentId).SendAwayAsync($"agent {agentId} was revoked");
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
