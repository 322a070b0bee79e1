using System.CommandLine;
using System.Net;
using Platform.Cli.Commands;
using Platform.Clustering;
using Platform.Clustering.Certificates;
using Platform.Host.Hosting;
using Platform.Host.Hosting.Tls;
using Platform.Host.Logging;
using Platform.Host.Telemetry;

namespace Platform.Host.Commands;

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

    private static readonly Option<string?> ClusterTls = new("--cluster-tls")
    {
        Description = "Mutual TLS with the other silos, the same for all: on or off. Default: on when --silo-address is not of this machine alone, unless --insecure is said.",
        HelpName = "on|off",
    };

    internal static Command Build()
    {
        ClusterTls.AcceptOnlyFromAmong("on", "off");
        var command = new Command("silo", "Joins a cluster of control planes.") { Redis, Cluster, Address, SiloPort, GatewayPort, ClusterTls };
        var (listen, log, tuning, dns, marathon) = (new ListenOptions(), new LogSettings(), new TuningOptions(), new DnsOptions(), new MarathonSettings());
        var ingress = new IngressSettings();
        var balancer = new BalancerOptions();
        var telemetry = new TelemetryOptions();
        var tls = new TlsOptions();
        var oidc = new OidcOptions();
        var login = new LoginOptions(isOffOnLoopback: false);
        SettingsSources.AddTo(command);
        listen.AddTo(command);
        login.AddTo(command, listen);
        tls.AddTo(command);
        oidc.AddTo(command);
        log.AddTo(command);
        tuning.AddTo(command);
        dns.AddTo(command);
        balancer.AddTo(command);
        ingress.AddTo(command);
        marathon.AddTo(command);
        telemetry.AddTo(command);
        command.Serve(async (result, cancellationToken) =>
        {
            var endpoint = listen.Of(result);
            var requiresLogin = login.Of(result, endpoint, listen.IsInsecure(result));
            var address = await AddressOf(result.GetValue(Address)!, cancellationToken);
            var isEncrypted = result.GetValue(ClusterTls) is { } asked ? asked == "on" : !IPAddress.IsLoopback(address) && !listen.IsInsecure(result);
            var encryption = tls.Of(result, endpoint, listen.IsInsecure(result), isEncrypted);
            if (tuning.SecretKeyOf(result) is null && requiresLogin)
                throw new CommandException(ExitCodes.Usage, "logins need --secret-key-file, the same file for all silos: the keys that sign tokens are sealed with it; --auth off asks nobody to log in");
            if (tuning.SecretKeyOf(result) is null && encryption is { AuthorityFile: null })
                throw new CommandException(ExitCodes.Usage, "HTTPS and --cluster-tls need --secret-key-file, the same file for all silos: the key of the cluster's authority is sealed with it; or an authority that is given as files (--ca-certificate, --ca-key)");
            await using var store = new RedisAuthorityStore(result.GetRequiredValue(Redis), result.GetRequiredValue(Cluster));
            using var identity = await ServerIdentity.OpenAsync(encryption, endpoint, store, tuning.SecretKeyOf(result), log.Of(result), cancellationToken);
            var settings = new ControlPlaneSettings
            {
                Listen = endpoint,
                Identity = identity,
                Oidc = oidc.Of(result),
                AgentCertificates = tls.AgentsOf(result, identity),
                DataDirectory = Environment.CurrentDirectory,
                Tuning = tuning.Of(result),
                Marathon = marathonOptions =>
                {
                    marathon.Of(result)(marathonOptions);
                    marathonOptions.HighlyAvailable = true;
                },
                Mesos = mesosOptions =>
                {
                    tuning.MesosOf(result)(mesosOptions);
                    mesosOptions.Cluster ??= result.GetRequiredValue(Cluster);
                },
                Logging = log.Of(result),
                Dns = dns.Of(result),
                Balances = balancer.Of(result),
                Ingress = ingress.Of(result),
                Collector = telemetry.Of(result),
                RequiresLogin = requiresLogin,
            };
            var options = new ClusterSiloOptions
            {
                Redis = result.GetRequiredValue(Redis),
                Cluster = result.GetRequiredValue(Cluster),
                Address = address,
                Encryption = identity?.Silo is { } certificate ? (identity.Authority, certificate) : null,
                SiloPort = result.GetValue(SiloPort),
                GatewayPort = result.GetValue(GatewayPort),
            };
            var app = ControlPlane.Build(settings, services => services.AddClusterSilo(options));
            return await ServerRun.RunAsync(app, settings, running =>
            {
                Console.Out.WriteLine($"A silo of cluster {options.Cluster} listens on {running.Urls.First()}, for silos on {options.Address}:{options.SiloPort}{(isEncrypted ? " by mutual TLS" : ", in the clear")}.");
                if (settings.ClientOptions is { Length: > 0 } trust)
                    Console.Out.WriteLine($"Commands and agents know the cluster by {trust.TrimEnd()}.");
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
            return (await System.Net.Dns.GetHostAddressesAsync(host, System.Net.Sockets.AddressFamily.InterNetwork, cancellationToken)).FirstOrDefault()
                ?? throw new CommandException(ExitCodes.CannotStart, $"--silo-address {host} has no address");
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            throw new CommandException(ExitCodes.CannotStart, $"--silo-address {host} cannot be resolved: {exception.Message}");
        }
    }
}
