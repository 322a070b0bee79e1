using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Host.Hosting;

/// <summary>Tokens of agents in the control plane's own process: made when they dial in.</summary>
internal static class AgentTokens
{
    internal static Func<CancellationToken, ValueTask<string?>> Of(IServiceProvider services, ControlPlaneSettings settings) => async _ =>
        settings.RequiresLogin ? (await services.GetRequiredService<IGrainFactory>().GetGrain<ISecurityGrain>(0).IssueAsync("local", TokenUse.Agent, TokenLifetimes.LocalAgent, null, null)).Text.Value : null;
}
