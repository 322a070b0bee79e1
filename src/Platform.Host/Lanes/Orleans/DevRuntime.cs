using System.CommandLine;
using Platform.Grains.Orleans;

namespace Platform.Host.Lanes;

/// <summary>What <c>platform dev</c> runs its grains on: a silo that is alone, with its state in Redis.</summary>
internal static class DevRuntime
{
    private static readonly Option<string> Redis = new("--redis")
    {
        Description = "The Redis that has the state. Default: 127.0.0.1:6379.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => "127.0.0.1:6379",
    };

    private static readonly Option<string?> Cluster = new("--cluster") { Description = "The id of the state in Redis. Default: one for each data directory.", HelpName = "ID" };

    internal static void AddTo(Command command)
    {
        command.Add(Redis);
        command.Add(Cluster);
    }

    internal static Action<WebApplicationBuilder> Of(ParseResult result, string directory) => builder => builder.AddSingleOrleansSilo(new OrleansSiloOptions
    {
        Redis = result.GetRequiredValue(Redis),
        Cluster = result.GetValue(Cluster) ?? $"dev:{directory}",
    });
}
