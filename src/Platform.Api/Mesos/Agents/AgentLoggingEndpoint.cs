using Microsoft.AspNetCore.Http;
using Platform.Contracts.Agents;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Agents;

/// <summary>How much an agent logs: <c>/agent/ID/logging/toggle</c>, and the calls of its operators about that.</summary>
internal sealed class AgentLoggingEndpoint(AgentEndpoints agents, IGrainFactory grains)
{
    public async Task ServeAsync(HttpContext http)
    {
        var wanted = LoggingQuery.Read(http);
        var picture = await agents.PictureAsync(http);
        if (wanted is { } change)
            await SetAsync(picture, change.Level, change.Duration);
        else
            await http.Response.WriteAsync($"{await ReadAsync(picture)}\n", http.RequestAborted);
    }

    /// <summary>The level in effect.</summary>
    /// <exception cref="MesosRefusal">503: the agent has no session.</exception>
    public async Task<uint> ReadAsync(AgentPicture picture) => await Grain(picture).GetLoggingLevelAsync() ?? throw NoSession(picture);

    /// <summary>Sets the level for some time, after which it is 0 again.</summary>
    /// <exception cref="MesosRefusal">503: the agent has no session.</exception>
    public async Task SetAsync(AgentPicture picture, uint level, TimeSpan duration)
    {
        if (!await Grain(picture).SetLoggingAsync(new(level, Math.Clamp(duration.TotalSeconds, 0, AgentLogging.LongestSeconds))))
            throw NoSession(picture);
    }

    private IAgentGrain Grain(AgentPicture picture) => grains.GetGrain<IAgentGrain>(picture.Agent.Id);

    private static MesosRefusal NoSession(AgentPicture picture) => new(StatusCodes.Status503ServiceUnavailable, $"Agent {picture.Agent.Id} has no session now");
}
