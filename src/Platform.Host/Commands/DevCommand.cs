using System.CommandLine;
using System.Net;
using Platform.Host.Hosting;
using Platform.Host.Lanes;
using Platform.Host.Logging;

namespace Platform.Host.Commands;

/// <summary><c>platform dev</c>: control plane, dashboard and local agents in one process.</summary>
internal static class DevCommand
{
    internal static Command Build()
    {
        var (listen, log, tuning) = (new ListenOptions(), new LogSettings(), new TuningOptions());
        var data = new Option<string>("--data")
        {
            Description = "The folder of all state; made when missing. Default: .platform in the current folder.",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".platform",
        };
        var agents = new Option<int>("--agents") { Description = "How many agents to run in this process. Default: 1.", DefaultValueFactory = _ => 1 };
        agents.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var count) && count is < 0 or > 100)
                result.AddError($"--agents {text} is not in 0-100");
        });
        var command = new Command("dev", "Runs the control plane, the dashboard and a local agent on this machine.") { data, agents };
        listen.AddTo(command);
        log.AddTo(command);
        tuning.AddTo(command);
        DevRuntime.AddTo(command);
        command.Serve((result, _) =>
        {
            var directory = ServerRun.PrepareDataDirectory(result.GetValue(data)!);
            var settings = new ControlPlaneSettings
            {
                Listen = listen.Of(result),
                DataDirectory = directory,
                Tuning = options =>
                {
                    tuning.Of(result)(options);
                    options.Secrets.KeyFile ??= Path.Combine(directory, "secrets.key");
                },
                Logging = log.Of(result),
            };
            var app = ControlPlane.Build(settings, DevRuntime.Of(result, directory));
            return ServerRun.RunAsync(app, settings, running =>
            {
                var local = new LocalAgents(result.GetValue(agents), directory, running.Services.GetRequiredService<ILoggerFactory>());
                local.Start(new Uri(running.Urls.First()));
                Greet(running, settings, result.GetValue(agents));
                return local;
            });
        });
        return command;
    }

    private static void Greet(WebApplication app, ControlPlaneSettings settings, int agents)
    {
        var url = app.Urls.First();
        var reach = IPAddress.IsLoopback(settings.Listen.Address)
            ? "only from this machine"
            : "from other machines too, WITHOUT AUTHENTICATION: whoever reaches it can run any command on every agent";
        var option = url == "http://127.0.0.1:5050" ? "" : $" --url {url}";
        Console.Out.WriteLine($"""
            Platform is ready.
              listens on  {url} ({reach})
              dashboard   {url}/
              data        {settings.DataDirectory}
              agents      {agents} in this process
            Type next, in another terminal:
              ./platform app add examples/hello.json{option}
              ./platform app list{option}
            """);
    }
}
