using Platform.Api.Security;
using Platform.Contracts.Security;
using Platform.Core.Security.Certificates;

namespace Platform.Api.Agents;

/// <summary>Decides of one session which agent it may be.</summary>
internal sealed class AgentGate(Access access, SecurityFeed? feed, IGrainFactory grains, ICertificateAuthority? authority, AgentCertificateSettings? settings, TimeProvider time)
{
    /// <summary>Why the agent is not let in; null: it is.</summary>
    public async Task<string?> RefusalAsync(string agentId)
    {
        if (feed is null)
            return null;
        // What was taken back through another silo a moment ago counts here too.
        await feed.RefreshAsync();
        var record = (await feed.ReadAsync()).View.Agents.GetValueOrDefault(agentId);
        return AgentAdmission.SessionRefusal(agentId, access.AgentProof, access.Who.Uid, record, authority?.Fingerprint, settings?.AreRequired == true, time.GetUtcNow());
    }

    /// <summary>The session has begun.</summary>
    public async Task LetInAsync(string agentId)
    {
        if (access.AgentProof == AgentProof.Certificate && (await feed!.ReadAsync()).View.Agents.GetValueOrDefault(agentId) is { IsUsed: false })
            await grains.GetGrain<ISecurityGrain>(0).AgentCertificateUsedAsync(agentId);
    }
}
