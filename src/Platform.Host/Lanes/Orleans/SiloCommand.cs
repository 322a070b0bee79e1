using System.CommandLine;
using System.Net;
using Platform.Grains.Orleans;
using Platform.Host.Commands;
using Platform.Host.Hosting;
using Platform.Host.Logging;

namespace Platform.Host.Lanes;

/// <summary><c>platform silo</c>: one of many control-plane processes.</summary>
internal static class SiloCommand
{
    private static readonly Option<string> Redis = new("--redis") { Description = "The Redis that the cluster shares.", HelpName = "HOST:PORT", Required = true };

    private static readonly Option<string> Cluster = new("--cluster") { Description = "The cluster's id.", HelpName = "ID", Required = true };

    private static readonly Option<string> Address = new("--silo-address")
    {
        Description = "The name or address that other silos reach this one at. Default: 127.0.0.1.",
        HelpName = "HOST",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    private static readonly Option<int> SiloPort = new("--silo-port") { Description = "The port for other silos. Default: 11111.", DefaultValueFactory = _ => 11111 };

    private static readonly Option<int> GatewayPort = new("--gateway-port") { Description = "The port for cluster clients. Default: 30000.", DefaultValueFactory = _ => 30000 };

    internal static Command Build()
    {
        var command = new Command("silo", "Joins a cluster of control planes (the Orleans lane).") { Redis, Cluster, Address, SiloPort, GatewayPort };
        var (listen, log, tuning) = (new ListenOptions(), new LogSettings(), new TuningOptions());
        listen.AddTo(command);
        log.AddTo(command);
        tuning.AddTo(command);
        command.Serve(async (result, cancellationToken) =>
        {
            var settings = new ControlPlaneSettings { Listen = listen.Of(result), DataDirectory = Environment.CurrentDirectory, Tuning = tuning.Of(result), Logging = log.Of(result) };
            var options = new OrleansSiloOptions
            {
                Redis = result.GetRequiredValue(Redis),
                Cluster = result.GetRequiredValue(Cluster),
                Address = await AddressOf(result.GetValue(Address)!, cancellationToken),
                SiloPort = result.GetValue(SiloPort),
                GatewayPort = result.GetValue(GatewayPort),
            };
            var app = ControlPlane.Build(settings, builder => builder.AddOrleansSilo(options));
            return await ServerRun.RunAsync(app, settings, running =>
            {
                Console.Out.WriteLine($"A silo of cluster {options.Cluster} listens on {running.Urls.First()}, for silos on {options.Address}:{options.SiloPort}.");
                return null;
            });
        });
        return command;
    }

    private static async Task<IPAddress> AddressOf(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
            return address;
        try
        {
            return (await Dns.GetHostAddressesAsync(host, System.Net.Sockets.AddressFamily.InterNetwork, cancellationToken)).FirstOrDefault()
                ?? throw new CommandException(ExitCodes.CannotStart, $"--silo-address {host} has no address");
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            throw new CommandException(ExitCodes.CannotStart, $"--silo-address {host} cannot be resolved: {exception.Message}");
        }
    }
}
