using System.CommandLine;
using Platform.Api.Mesos;
using Platform.Core.Jobs;
using Platform.Core.Security;
using Platform.Grains.Startup;

namespace Platform.Host.Hosting;

/// <summary>Settings of the grains that can be given on the command line of a control plane.</summary>
internal sealed class TuningOptions
{
    private const string SmtpVariable = "PLATFORM_SMTP_URL";

    private readonly Option<double> heartbeat = Seconds("--heartbeat", "How often agents send a sign of life", 5);

    private readonly Option<double> unreachableAfter = Seconds("--unreachable-after", "An agent that was silent for so long is unreachable", 15);

    private readonly Option<int> maxDeployments = Count("--max-running-deployments", "How many deployments may run at the same time", 100);

    private readonly Option<double> keepEventsFor = Ranged("--keep-events-for", "HOURS", "How long events are kept for readers that come back, in hours", 24, 0.01, 8_760);

    private readonly Option<double> keepEventsSize = Ranged("--keep-events-size", "MB", "How much of events is kept, in MiB, even if that is not so long", 1_024, 1, 1_048_576);

    private readonly Option<int?> keepEvents = new("--keep-events") { Description = "How many events are kept, even if that is not so long nor so much. Default: no bound.", HelpName = "N" };

    private readonly Option<double> autoscalingInterval = Seconds("--autoscaling-interval", "How often the load of apps with autoscaling is measured", 15);

    private readonly Option<string?> secretKey = new("--secret-key-file")
    {
        Description = "The key that stored secrets are sealed with, 32 bytes in base64: a file, made when missing; env:NAME of the environment; or command:COMMAND, what that writes. Default: secrets.key in the data directory, and none in a cluster.",
        HelpName = "FILE",
    };

    private readonly Option<string?> smtpUrl = new("--smtp-url")
    {
        Description = "The server for mail of jobs, smtp://USER:PASSWORD@HOST:PORT or smtps://. Default: PLATFORM_SMTP_URL of the environment, where other users do not see it.",
        HelpName = "URL",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(SmtpVariable),
    };

    private readonly Option<string> smtpFrom = new("--smtp-from") { Description = "Whom mail of jobs comes from. Default: platform@localhost.", HelpName = "ADDRESS", DefaultValueFactory = _ => "platform@localhost" };

    private readonly Option<string?> syslog = new("--audit-syslog")
    {
        Description = "The syslog (RFC 5424) that each line of the audit log is told to as well: udp://HOST:PORT, tcp://HOST:PORT, tls://HOST:PORT or unix:/dev/log. Default: none.",
        HelpName = "URL",
    };

    private readonly Option<string?> syslogAuthorities = new("--audit-syslog-ca")
    {
        Description = "Certificates in PEM of the authorities that may vouch for it, with tls://. Default: those of the system.",
        HelpName = "FILE",
    };

    private readonly Option<string?> issuer = new("--issuer")
    {
        Description = "The address that tokens of tasks name as their issuer, under which others find what they need to check them; the same for all silos. Default: the name of the cluster.",
        HelpName = "URL",
    };

    private readonly AllocatorFlags allocator = new();

    private readonly MesosFlags mesos = new();

    internal void AddTo(Command command)
    {
        allocator.AddTo(command);
        mesos.AddTo(command);
        command.Add(smtpUrl);
        command.Add(smtpFrom);
        command.Add(secretKey);
        command.Add(syslog);
        command.Add(syslogAuthorities);
        command.Add(issuer);
        issuer.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !IssuerAddress.TryParse(text, out _, out var problem))
                result.AddError($"--issuer {text}: {problem}");
        });
        syslog.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !SyslogTarget.TryParse(text, out _, out var problem))
                result.AddError($"--audit-syslog: {problem}");
        });
        syslogAuthorities.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var file }] && !File.Exists(file))
                result.AddError($"--audit-syslog-ca: there is no file {file}");
        });
        command.Add(heartbeat);
        command.Add(unreachableAfter);
        command.Add(maxDeployments);
        command.Add(keepEventsFor);
        command.Add(keepEventsSize);
        command.Add(keepEvents);
        keepEvents.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var number) && number < 1)
                result.AddError($"--keep-events {text} is not at least 1");
        });
        command.Add(autoscalingInterval);
        // Also what the environment says.
        smtpUrl.Validators.Add(result =>
        {
            if ((result.Tokens is [{ Value: var given }] ? given : Environment.GetEnvironmentVariable(SmtpVariable)) is { Length: > 0 } url && !IsSmtp(url))
                result.AddError("--smtp-url is not smtp://HOST or smtps://HOST");
        });
        smtpFrom.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var from }] && !NotificationValidator.IsMailAddress(from))
                result.AddError($"--smtp-from {from} is not an address of mail");
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(heartbeat) is not null && result.GetResult(unreachableAfter) is not null && result.GetValue(unreachableAfter) <= result.GetValue(heartbeat))
                result.AddError("--unreachable-after must be longer than --heartbeat");
        });
    }

    internal string? SecretKeyOf(ParseResult result) => result.GetValue(secretKey);

    /// <summary>What clients of Mesos are told.</summary>
    internal Action<MesosOptions> MesosOf(ParseResult result) => options =>
    {
        allocator.FlagsOf(result)(options);
        mesos.Of(result)(options);
        // As often as they say something, and as many times in a row as they may say nothing.
        var (interval, patience) = (result.GetValue(heartbeat), result.GetValue(unreachableAfter));
        options.Flags = new SortedDictionary<string, string>(options.Flags.ToDictionary(), StringComparer.Ordinal)
        {
            ["agent_ping_timeout"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{interval}secs"),
            ["max_agent_ping_timeouts"] = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Max(1, Math.Ceiling(patience / interval))}"),
        };
    };

    internal Action<PlatformGrainsOptions> Of(ParseResult result) => options =>
    {
        options.Allocator.Options = allocator.Of(result);
        options.Agents.HeartbeatInterval = TimeSpan.FromSeconds(result.GetValue(heartbeat));
        options.Agents.UnreachableAfter = TimeSpan.FromSeconds(result.GetValue(unreachableAfter));
        options.Groups.MaxRunningDeployments = result.GetValue(maxDeployments);
        options.Secrets.KeyFile = result.GetValue(secretKey);
        options.Audit.Syslog = result.GetValue(syslog) is { } target && SyslogTarget.TryParse(target, out var parsed, out _) ? parsed : null;
        options.Audit.SyslogAuthorities = result.GetValue(syslogAuthorities) is { } file ? File.ReadAllText(file) : null;
        options.Tokens.Issuer = result.GetValue(issuer) is { } address && IssuerAddress.TryParse(address, out var named, out _) ? named : null;
        options.Events.Keep = new()
        {
            For = TimeSpan.FromHours(result.GetValue(keepEventsFor)),
            Bytes = (long)(result.GetValue(keepEventsSize) * 1_048_576),
            Count = result.GetValue(keepEvents) ?? long.MaxValue,
        };
        options.Jobs.SmtpUrl = result.GetValue(smtpUrl) is { Length: > 0 } url ? new(url) : null;
        options.Jobs.SmtpFrom = result.GetValue(smtpFrom)!;
        options.Apps.AutoscalingInterval = TimeSpan.FromSeconds(result.GetValue(autoscalingInterval));
    };

    private static bool IsSmtp(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "smtp" or "smtps" && url.Host.Length > 0;

    private static Option<double> Seconds(string name, string description, double standard)
    {
        var option = new Option<double>(name)
        {
            Description = $"{description}, in seconds. Default: {standard}.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => standard,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && double.TryParse(text, out var number) && number is not (>= 0.1 and <= 86_400))
                result.AddError($"{name} {text} is not between 0.1 and 86400 seconds");
        });
        return option;
    }

    private static Option<double> Ranged(string name, string unit, string description, double standard, double least, double most)
    {
        var option = new Option<double>(name) { Description = $"{description}. Default: {standard}.", HelpName = unit, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && double.TryParse(text, out var number) && !(number >= least && number <= most))
                result.AddError($"{name} {text} is not between {least} and {most}");
        });
        return option;
    }

    private static Option<int> Count(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = $"{description}. Default: {standard}.", HelpName = "N", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var number) && number < 1)
                result.AddError($"{name} {text} is not at least 1");
        });
        return option;
    }
}
