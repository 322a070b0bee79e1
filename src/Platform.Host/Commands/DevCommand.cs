using System.CommandLine;
using System.Net;
using Platform.Agent;
using Platform.Api.Logging;
using Platform.Cli.Commands;
using Platform.Client;
using Platform.Clustering;
using Platform.Clustering.Certificates;
using Platform.Clustering.Certificates.Acme;
using Platform.Core.Jobs;
using Platform.Host.Hosting;
using Platform.Host.Hosting.Tls;
using Platform.Host.Logging;
using Platform.Host.Telemetry;

namespace Platform.Host.Commands;

/// <summary><c>platform dev</c>: control plane, dashboard and local agents in one process.</summary>
internal static class DevCommand
{
    internal static Command Build()
    {
        var (listen, log, tuning, dns, marathon) = (new ListenOptions(), new LogSettings(), new TuningOptions(), new DnsOptions(), new MarathonSettings());
        var ingress = new IngressSettings();
        var balancer = new BalancerOptions();
        var telemetry = new TelemetryOptions();
        var tls = new TlsOptions();
        var oidc = new OidcOptions();
        var login = new LoginOptions(isOffOnLoopback: true);
        var data = new Option<string>("--data")
        {
            Description = "The folder of all state; made when missing. Default: .platform in the current folder.",
            HelpName = "DIR",
            DefaultValueFactory = _ => ".platform",
        };
        data.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && string.IsNullOrWhiteSpace(text))
                result.AddError("--data must be a folder, not an empty text");
        });
        var agents = new Option<int>("--agents") { Description = "How many agents to run in this process. Default: 1.", DefaultValueFactory = _ => 1 };
        agents.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var count) && count is < 0 or > 100)
                result.AddError($"--agents {text} is not in 0-100");
        });
        var docker = new Option<string>("--docker")
        {
            Description = "The Docker Engine of the local agents, when it answers; none: without. Default: unix:///var/run/docker.sock.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "unix:///var/run/docker.sock",
        };
        docker.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !AgentOptions.TryParseDocker(text, out var _, out var problem))
                result.AddError(problem);
        });
        var folders = new Option<string>("--watch-folder")
        {
            Description = "Folders that jobs may have the local agents watch for files, [NAME=]DIR[,...]. Default: none.",
            HelpName = "LIST",
            DefaultValueFactory = _ => "",
        };
        folders.Validators.Add(result =>
        {
            var problems = new List<string>();
            WatchFolders.Parse(result.Tokens is [{ Value: var text }] ? text : "", problems);
            foreach (var problem in problems)
                result.AddError($"--watch-folder: {problem}");
        });
        var command = new Command("dev", "Runs the control plane, the dashboard and a local agent on this machine.") { data, agents, docker, folders };
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
            PortCheck.Require(listen.Of(result));
            var directory = ServerRun.PrepareDataDirectory(result.GetValue(data)!);
            var keyFile = tuning.SecretKeyOf(result) ?? Path.Combine(directory, "secrets.key");
            using var identity = await ServerIdentity.OpenAsync(
                tls.Of(result, listen.Of(result), listen.IsInsecure(result)), listen.Of(result), new FileAuthorityStore(directory), keyFile, log.Of(result), cancellationToken);
            var settings = new ControlPlaneSettings
            {
                Listen = listen.Of(result),
                Identity = identity,
                Oidc = oidc.Of(result),
                AgentCertificates = tls.AgentsOf(result, identity),
                DataDirectory = directory,
                Tuning = options =>
                {
                    tuning.Of(result)(options);
                    options.Secrets.KeyFile = keyFile;
                },
                Marathon = marathon.Of(result),
                Mesos = tuning.MesosOf(result),
                Logging = log.Of(result),
                Dns = dns.Of(result),
                Balances = balancer.Of(result),
                Ingress = ingress.Of(result),
                Collector = telemetry.Of(result),
                RequiresLogin = login.Of(result, listen.Of(result), listen.IsInsecure(result)),
            };
            var app = ControlPlane.Build(settings, services => services.AddSoleSilo(directory));
            return await ServerRun.RunAsync(app, settings, running =>
            {
                var engine = AgentOptions.TryParseDocker(result.GetRequiredValue(docker), out var address, out var _) ? address : null;
                // In the same process there is no need to ask who the server is.
                var trust = identity?.Certificate is { } certificate ? ClusterTrust.OfServer(() => certificate.Certificate) : null;
                var local = new LocalAgents(result.GetValue(agents), directory, options => options with
                {
                    Docker = engine,
                    Dns = DnsSettings.ForTasks(running.Services),
                    WatchFolders = WatchFolders.Parse(result.GetRequiredValue(folders), []),
                    Token = AgentTokens.Of(running.Services, settings),
                    Trust = trust,
                    KeepsCertificate = false,
                    // They log as the control plane does, under names of their own.
                    SetLogLevel = level => running.Services.GetRequiredService<LogLevels>().Set("Platform.Agent", level),
                }, running.Services.GetRequiredService<ILoggerFactory>());
                local.Start(new Uri(Here(running)));
                Greet(running, settings, result.GetValue(agents));
                return local;
            });
        });
        return command;
    }

    private static void Greet(WebApplication app, ControlPlaneSettings settings, int agents)
    {
        var url = app.Urls.First();
        var encrypted = settings.Identity is not null;
        var reach = IPAddress.IsLoopback(settings.Listen.Address)
            ? $"only from this machine{(encrypted ? ", encrypted" : "")}"
            : $"from other machines too, {(encrypted ? "encrypted" : "WITHOUT ENCRYPTION: what is sent can be read on the way")}"
                + (settings.RequiresLogin ? "" : "; WITHOUT AUTHENTICATION: whoever reaches it can run any command on every agent");
        var here = Here(app);
        var option = here == "http://127.0.0.1:5050" ? "" : $" --url {here} {settings.ClientOptions}".TrimEnd();
        Console.Out.WriteLine($"""
            Platform is ready.
              listens on  {url} ({reach})
              authority   {Describe(settings.Identity)}
              login       {(settings.RequiresLogin ? "needed: ./platform login" + option : "not needed, whoever reaches it may do everything; --auth on asks for one")}
              dashboard   {here}/
              DNS         {DnsSettings.Describe(app.Services)}
              ingress     {IngressSettings.Describe(app.Services)}
              data        {settings.DataDirectory}
              agents      {agents} in this process
            Type next, in another terminal:
              ./platform app add examples/hello.json{option}
              ./platform app list{option}
            """);
    }

    // The address that means all of them is none that could be dialed.
    private static string Here(WebApplication app) =>
        app.Urls.First().Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal).Replace("//[::]:", "//[::1]:", StringComparison.Ordinal);

    private static string Describe(ServerIdentity? identity) => identity switch
    {
        null => "none, HTTP is not encrypted; --tls serves HTTPS",
        { Certificate: AcmeCertificate } => "that of --acme-directory, as soon as it has given the certificate",
        { ForClients: null } => "that of the given certificate",
        _ => $"sha256:{identity.Authority.Fingerprint}, what commands and agents know this cluster by (--ca)",
    };
}
