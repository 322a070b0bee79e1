using System.CommandLine;

namespace Platform.Host.Lanes;

/// <summary>What <c>platform dev</c> runs its grains on: the embedded runtime, with its state in the data directory.</summary>
internal static class DevRuntime
{
    internal static void AddTo(Command command)
    {
        // It has no settings of its own.
    }

    internal static Action<WebApplicationBuilder> Of(ParseResult result, string directory) =>
        builder => builder.Services.AddGrainRuntime(options => options.DataDirectory = directory);
}
