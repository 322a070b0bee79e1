using System.CommandLine;

namespace Platform.Host.Commands;

/// <summary><c>platform silo</c>: one of many control-plane processes, in the lane that has a cluster.</summary>
internal static class SiloCommand
{
    internal static Command Build()
    {
        var redis = new Option<string>("--redis") { Description = "The Redis that the cluster shares.", HelpName = "HOST:PORT", Required = true };
        var cluster = new Option<string>("--cluster") { Description = "The cluster's id.", HelpName = "ID", Required = true };
        var siloPort = new Option<int>("--silo-port") { Description = "The port for other silos. Default: 11111.", DefaultValueFactory = _ => 11111 };
        var gatewayPort = new Option<int>("--gateway-port") { Description = "The port for cluster clients. Default: 30000.", DefaultValueFactory = _ => 30000 };
        var command = new Command("silo", "Joins a cluster of control planes (the Orleans lane).") { redis, cluster, siloPort, gatewayPort };
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
