using System.CommandLine;

namespace Platform.Host.Commands;

/// <summary><c>platform agent</c>: runs an agent; its subcommands are about the agents that a control plane has.</summary>
internal static partial class AgentCommand
{
    internal static Command Build()
    {
        var command = Run();
        command.Add(List());
        command.Add(Show());
        command.Add(Drain());
        command.Add(Reactivate());
        command.Add(Gone());
        command.Add(Revoke());
        return command;
    }
}
