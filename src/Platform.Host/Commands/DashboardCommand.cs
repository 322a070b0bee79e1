using System.CommandLine;
using Platform.Cli.Commands;
using Platform.Clustering.Certificates;
using Platform.Host.Hosting.Tls;
using Platform.Host.Hosting;
using Platform.Host.Logging;

namespace Platform.Host.Commands;

/// <summary><c>platform dashboard</c>: the dashboard of a cluster, as a process of its own.</summary>
internal static class DashboardCommand
{
    private static readonly Option<string> Redis = new("--redis") { Description = "The Redis that the cluster shares.", HelpName = "HOST:PORT", Required = true };

    private static readonly Option<string> Cluster = new("--cluster") { Description = "The cluster's id.", HelpName = "ID", Required = true };

    private static readonly Option<string?> ClusterTls = new("--cluster-tls") { Description = "Mutual TLS with the silos, as they have it: on or off. Default: off.", HelpName = "on|off" };

    private static readonly Option<string?> SecretKey = new("--secret-key-file")
    {
        Description = "The key that the cluster's authority is sealed with, the same file as the silos'. Needed with HTTPS and --cluster-tls, unless the authority is given as files.",
        HelpName = "FILE",
    };

    internal static Command Build()
    {
        ClusterTls.AcceptOnlyFromAmong("on", "off");
        var command = new Command("dashboard", "Shows a cluster's dashboard from a process of its own, without a part in the control plane.") { Redis, Cluster, ClusterTls, SecretKey };
        var (listen, log, login) = (new ListenOptions(), new LogSettings(), new LoginOptions(isOffOnLoopback: false));
        var (tls, oidc) = (new TlsOptions(), new OidcOptions());
        SettingsSources.AddTo(command);
        listen.AddTo(command);
        login.AddTo(command, listen);
        tls.AddTo(command);
        oidc.AddTo(command);
        log.AddTo(command);
        command.Serve(async (result, cancellationToken) =>
        {
            var endpoint = listen.Of(result);
            var encryption = tls.Of(result, endpoint, listen.IsInsecure(result), result.GetValue(ClusterTls) == "on");
            if (result.GetValue(SecretKey) is null && encryption is { AuthorityFile: null })
                throw new CommandException(ExitCodes.Usage, "HTTPS and --cluster-tls need --secret-key-file, the same file as the silos': the key of the cluster's authority is sealed with it; or an authority that is given as files (--ca-certificate, --ca-key)");
            await using var store = new RedisAuthorityStore(result.GetRequiredValue(Redis), result.GetRequiredValue(Cluster));
            using var identity = await ServerIdentity.OpenAsync(encryption, endpoint, store, result.GetValue(SecretKey), log.Of(result), cancellationToken);
            var settings = new DashboardSettings
            {
                Listen = endpoint,
                Identity = identity,
                Redis = result.GetRequiredValue(Redis),
                Cluster = result.GetRequiredValue(Cluster),
                Oidc = oidc.Of(result),
                RequiresLogin = login.Of(result, endpoint, listen.IsInsecure(result)),
                Logging = log.Of(result),
            };
            PortCheck.Require(settings.Listen);
            await using var app = DashboardServer.Build(settings);
            await Console.Out.WriteLineAsync($"The dashboard of cluster {settings.Cluster} begins as soon as one of its silos answers.");
            await app.StartAsync(cancellationToken);
            await Console.Out.WriteLineAsync($"The dashboard of cluster {settings.Cluster} listens on {app.Urls.First()}.");
            await app.WaitForShutdownAsync(cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }
}
