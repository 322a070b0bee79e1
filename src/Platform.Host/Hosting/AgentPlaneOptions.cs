using System.CommandLine;
using System.Net;
using Platform.Host.Telemetry;

namespace Platform.Host.Hosting;

/// <summary>What an agent's process serves on its machine besides tasks.</summary>
internal sealed class AgentPlaneOptions
{
    private readonly BalancerOptions balancer = new();
    private readonly DnsOptions dns = new(isAgent: true);
    private readonly TelemetryOptions telemetry = new();

    private readonly Option<string?> status = new("--status")
    {
        Description = "Serve the agent's metrics (/metrics/prometheus) and what its balancer does ('./platform lb status --url') on ADDRESS:PORT, or PORT, on loopback. Default: not.",
        HelpName = "ADDRESS:PORT",
    };

    internal void AddTo(Command command)
    {
        balancer.AddTo(command);
        dns.AddTo(command);
        status.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value: var text }])
                return;
            if (IngressSettings.Parse(text) is not { } address)
                result.AddError($"--status {text} is not ADDRESS:PORT, such as 127.0.0.1:9091, or a port");
            else if (!IPAddress.IsLoopback(address.Address))
                result.AddError($"--status {text} can be reached from other machines, and nobody has to log in there: name an address of loopback, and let --otlp tell a collector elsewhere");
        });
        command.Add(status);
        telemetry.AddTo(command);
    }

    internal AgentPlaneSettings Of(ParseResult result) => new()
    {
        Balances = balancer.Of(result),
        Dns = dns.Of(result),
        Status = result.GetValue(status) is { } text ? IngressSettings.Parse(text) : null,
        Collector = telemetry.Of(result),
    };
}
