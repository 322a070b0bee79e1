using System.CommandLine;
using Platform.Grains.Orleans;

namespace Platform.Host.Lanes;

/// <summary>What <c>platform dev</c> runs its grains on: a silo that is alone, with its state in Redis.</summary>
internal sealed class DevRuntime
{
    private readonly Option<string> redis = new("--redis")
    {
        Description = "The Redis that has the state. Default: 127.0.0.1:6379.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => "127.0.0.1:6379",
    };

    private readonly Option<string?> cluster = new("--cluster") { Description = "The id of the state in Redis. Default: one for each data directory.", HelpName = "ID" };

    internal void AddTo(Command command)
    {
        command.Add(redis);
        command.Add(cluster);
    }

    internal Action<WebApplicationBuilder> Of(ParseResult result, string directory) => builder => builder.AddSingleOrleansSilo(new OrleansSiloOptions
    {
        Redis = result.GetValue(redis)!,
        Cluster = result.GetValue(cluster) ?? $"dev:{directory}",
    });
}
