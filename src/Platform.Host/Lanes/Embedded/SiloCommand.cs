using System.CommandLine;
using Platform.Host.Commands;

namespace Platform.Host.Lanes;

/// <summary><c>platform silo</c> in the lane that has no cluster: tells which one has.</summary>
internal static class SiloCommand
{
    internal static Command Build()
    {
        var command = new Command("silo", "Joins a cluster of control planes (the Orleans lane).") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(_ =>
        {
            Console.Error.WriteLine("""
                platform: this build has the embedded runtime, which is one process. A cluster needs the Orleans lane:
                  GrainRuntime=Orleans ./platform silo --redis HOST:PORT --cluster ID
                builds and runs it, where the package registry serves Microsoft.Orleans; 'docker compose up --build' does the same in containers.
                See docs/decisions/two-lanes.md.
                """);
            return ExitCodes.Failed;
        });
        return command;
    }
}
