using System.CommandLine;
using Platform.Grains.Startup;

namespace Platform.Host.Hosting;

/// <summary>Settings of the grains that can be given on the command line of a control plane.</summary>
internal sealed class TuningOptions
{
    private readonly Option<double> heartbeat = Seconds("--heartbeat", "How often agents send a sign of life", 5);

    private readonly Option<double> unreachableAfter = Seconds("--unreachable-after", "An agent that was silent for so long is unreachable", 15);

    private readonly Option<int> maxDeployments = Count("--max-running-deployments", "How many deployments may run at the same time", 100);

    private readonly Option<int> keepEvents = Count("--keep-events", "How many events are kept for readers that come back", 100_000);

    private readonly Option<double> autoscalingInterval = Seconds("--autoscaling-interval", "How often the load of apps with autoscaling is measured", 15);

    private readonly Option<string?> secretKey = new("--secret-key-file")
    {
        Description = "The key that stored secrets are sealed with; made when missing. Default: secrets.key in the data directory, and none in a cluster.",
        HelpName = "FILE",
    };

    internal void AddTo(Command command)
    {
        command.Add(secretKey);
        command.Add(heartbeat);
        command.Add(unreachableAfter);
        command.Add(maxDeployments);
        command.Add(keepEvents);
        command.Add(autoscalingInterval);
        command.Validators.Add(result =>
        {
            if (result.GetResult(heartbeat) is not null && result.GetResult(unreachableAfter) is not null && result.GetValue(unreachableAfter) <= result.GetValue(heartbeat))
                result.AddError("--unreachable-after must be longer than --heartbeat");
        });
    }

    internal Action<PlatformGrainsOptions> Of(ParseResult result) => options =>
    {
        options.Agents.HeartbeatInterval = TimeSpan.FromSeconds(result.GetValue(heartbeat));
        options.Agents.UnreachableAfter = TimeSpan.FromSeconds(result.GetValue(unreachableAfter));
        options.Groups.MaxRunningDeployments = result.GetValue(maxDeployments);
        options.Secrets.KeyFile = result.GetValue(secretKey);
        options.Events.Retention = result.GetValue(keepEvents);
        options.Apps.AutoscalingInterval = TimeSpan.FromSeconds(result.GetValue(autoscalingInterval));
    };

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
