using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Platform.Cli.Commands;
using Platform.Client;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Host.Hosting;
using Platform.Host.Logging;
using Platform.Networking.Ingress;

namespace Platform.Host.Commands;

/// <summary><c>platform lb haproxy</c>: HAProxy as the ingress, in the place of marathon-lb.</summary>
internal static class HaproxyCommand
{
    private const string None = "none";

    private static readonly Option<string> Config = new("--config") { Description = "The file of HAProxy's configuration, which is written and kept up to date.", HelpName = "PATH", Required = true };

    private static readonly Option<string?> Socket = new("--socket") { Description = "HAProxy's runtime socket. Default: the path of the configuration with .sock after it.", HelpName = "PATH" };

    private static readonly Option<string[]> Http = IngressSettings.Addresses("--http", "Serve HTTP on ADDRESS:PORT (or PORT, on loopback); may be given several times. Default: 8080.");

    private static readonly Option<string[]> Https = IngressSettings.Addresses("--https", "The same over TLS, with HTTP/2; needs --certs.");

    private static readonly Option<string?> Certificates = new("--certs") { Description = "The folder of certificates: NAME.pem with certificate, chain and key.", HelpName = "DIR" };

    private static readonly Option<string> ServicePorts = new("--service-ports")
    {
        Description = "The service ports that are listened on. Default: 10000-20000.",
        HelpName = "FIRST-LAST|none",
        DefaultValueFactory = _ => "10000-20000",
    };

    private static readonly Option<string> ServiceAddress = new("--service-address") { Description = "The address for service ports. Default: 127.0.0.1.", HelpName = "IP", DefaultValueFactory = _ => "127.0.0.1" };

    private static readonly Option<string[]> Group = new("--group") { Description = "Serve only apps that ask for this group (INGRESS_GROUP, HAPROXY_GROUP); may be given several times. Default: all.", HelpName = "NAME" };

    private static readonly Option<string> Program = new("--haproxy") { Description = "The program. Default: haproxy.", HelpName = "PATH", DefaultValueFactory = _ => "haproxy" };

    private static readonly Option<string?> PidFile = new("--pid-file")
    {
        Description = "Do not run HAProxy, but make one reload that runs in master-worker mode (haproxy -W -p FILE -f CONFIG).",
        HelpName = "FILE",
    };

    private static readonly Option<string?> ReloadCommand = new("--reload-command") { Description = "The same by a shell command, such as 'systemctl reload haproxy'.", HelpName = "COMMAND" };

    private static readonly Option<string> Admin = new("--admin") { Description = "Where marathon-lb's admin paths are served. Default: 127.0.0.1:9090.", HelpName = "ADDRESS:PORT|none", DefaultValueFactory = _ => "127.0.0.1:9090" };

    private static readonly Option<bool> AllowTemplates = new("--allow-templates")
    {
        Description = "Take pieces of configuration from labels (HAPROXY_0_BACKEND_HEAD and the like). Whoever may set labels can then do with HAProxy what they like.",
    };

    static HaproxyCommand()
    {
        ServicePorts.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && PortsOf(token.Value) is null)
                result.AddError($"--service-ports {token.Value} is not FIRST-LAST, such as 10000-10100, or none");
        });
        ServiceAddress.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !IPAddress.TryParse(token.Value, out _))
                result.AddError($"--service-address {token.Value} is no IP address");
        });
        Admin.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && token.Value != None && IngressSettings.Parse(token.Value) is null)
                result.AddError($"--admin {token.Value} is not ADDRESS:PORT, such as 127.0.0.1:9090, or none");
        });
    }

    internal static Command Build()
    {
        var command = new Command("haproxy", "Runs HAProxy as the ingress: writes its configuration from the labels of apps, and follows them. Runs until it is stopped.")
        {
            Config, Socket, Http, Https, Certificates, ServicePorts, ServiceAddress, Group, Program, PidFile, ReloadCommand, Admin, AllowTemplates,
        };
        var log = new LogSettings();
        log.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Https) is not null && result.GetResult(Certificates) is null)
                result.AddError("--https needs --certs, a folder with certificates");
            if (result.GetResult(PidFile) is not null && result.GetResult(ReloadCommand) is not null)
                result.AddError("--pid-file and --reload-command exclude each other");
        });
        command.Serve(async (result, cancellationToken) =>
        {
            var url = GlobalOptions.UrlOf(result) ?? throw new CommandException(ExitCodes.Usage, $"${GlobalOptions.UrlVariable} is not an http or https address");
            using var loggers = LoggerFactory.Create(log.Of(result));
            using var client = new PlatformClient(new PlatformClientOptions { Url = url, Token = Logins.Find(url), Trust = GlobalOptions.TrustOf(result, url) });
            var directory = new ServiceDirectory();
            await using var balancer = new HaproxyBalancer(directory, Options(result), TimeProvider.System, loggers.CreateLogger<HaproxyBalancer>());
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            try
            {
                await balancer.StartAsync(stop.Token);
            }
            catch (IngressStartException failure)
            {
                throw new CommandException(ExitCodes.CannotStart, failure.Message);
            }
            var reading = new RegistryReaderSettings
            {
                Watch = new() { Acknowledges = true },
                CaughtUp = token => balancer.CaughtUpAsync(isComplete: false, token),
                BusyOf = balancer.BusyOfAsync,
                Completed = balancer.KnowsAll,
                Renew = token => Logins.RenewAsync(client, token),
            };
            await new RegistryReader(client, directory, reading, TimeProvider.System, loggers.CreateLogger<RegistryReader>()).RunAsync(stop.Token);
            await balancer.StopAsync(CancellationToken.None);
            return ExitCodes.Ok;

            // HAProxy ends with this process when it is asked to, and outlives it when it is killed.
            void Stop(PosixSignalContext context)
            {
                context.Cancel = true;
                stop.Cancel();
            }
        });
        return command;
    }

    internal static HaproxyOptions Options(ParseResult result)
    {
        var config = Path.GetFullPath(result.GetRequiredValue(Config));
        var http = IngressSettings.Of(result, Http);
        var (first, last) = PortsOf(result.GetRequiredValue(ServicePorts))!.Value;
        return new()
        {
            ConfigPath = config,
            Program = result.GetRequiredValue(Program),
            PidFile = result.GetValue(PidFile),
            ReloadCommand = result.GetValue(ReloadCommand),
            Admin = result.GetRequiredValue(Admin) is var admin && admin == None ? null : IngressSettings.Parse(admin),
            Settings = new()
            {
                Http = http.Length == 0 ? [new IPEndPoint(IPAddress.Loopback, 8080)] : http.ToValueList(),
                Tls = IngressSettings.Of(result, Https).ToValueList(),
                Certificates = result.GetValue(Certificates) is { } folder ? Path.GetFullPath(folder) : null,
                Groups = (result.GetValue(Group) ?? []).ToValueList(),
                Socket = Path.GetFullPath(result.GetValue(Socket) ?? config + ".sock"),
                ServiceAddress = IPAddress.Parse(result.GetRequiredValue(ServiceAddress)),
                FirstServicePort = first,
                LastServicePort = last,
                AllowsTemplates = result.GetValue(AllowTemplates),
            },
        };
    }

    private static (int First, int Last)? PortsOf(string text) =>
        text == None ? (1, 0)
        : text.Split('-') is [var from, var to] && ushort.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && ushort.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last) && first > 0 && first <= last ? (first, last)
        : null;
}
