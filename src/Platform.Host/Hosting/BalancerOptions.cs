using System.CommandLine;

namespace Platform.Host.Hosting;

/// <summary>Whether a process listens on the virtual addresses of its machine.</summary>
internal sealed class BalancerOptions
{
    private readonly Option<string> balancer = new("--balancer")
    {
        Description = "Listen on the virtual addresses of this machine: on or off. Of several processes that do, the first has an address, and the others take it over when it ends. Default: on.",
        HelpName = "on|off",
        DefaultValueFactory = _ => "on",
    };

    internal void AddTo(Command command)
    {
        balancer.AcceptOnlyFromAmong("on", "off");
        command.Add(balancer);
    }

    internal bool Of(ParseResult result) => result.GetValue(balancer) == "on";
}
