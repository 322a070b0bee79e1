using System.CommandLine;
using Platform.Host.Hosting;
using Platform.Host.Logging;

namespace Platform.Host.Commands;

/// <summary><c>platform dashboard</c>: the dashboard of a cluster, as a process of its own.</summary>
internal static class DashboardCommand
{
    private static readonly Option<string> Redis = new("--redis") { Description = "The Redis that the cluster shares.", HelpName = "HOST:PORT", Required = true };

    private static readonly Option<string> Cluster = new("--cluster") { Description = "The cluster's id.", HelpName = "ID", Required = true };

    internal static Command Build()
    {
        var command = new Command("dashboard", "Shows a cluster's dashboard from a process of its own, without a part in the control plane.") { Redis, Cluster };
        var (listen, log, login) = (new ListenOptions(), new LogSettings(), new LoginOptions(isOffOnLoopback: false));
        SettingsSources.AddTo(command);
        listen.AddTo(command);
        login.AddTo(command);
        log.AddTo(command);
        command.Serve(async (result, cancellationToken) =>
        {
            var settings = new DashboardSettings
            {
                Listen = listen.Of(result),
                Redis = result.GetRequiredValue(Redis),
                Cluster = result.GetRequiredValue(Cluster),
                RequiresLogin = login.Of(result, listen.Of(result), listen.IsInsecure(result)),
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
