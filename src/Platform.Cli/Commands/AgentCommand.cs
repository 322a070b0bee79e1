using System.CommandLine;

namespace Platform.Cli.Commands;

/// <summary>The subcommands of <c>platform agent</c>, which itself runs an agent: they are about the agents that a control plane has.</summary>
internal static partial class AgentCommand
{
    internal static Command AddTo(Command command)
    {
        command.Add(List());
        command.Add(Show());
        command.Add(Drain());
        command.Add(Reactivate());
        command.Add(Gone());
        command.Add(Revoke());
        return command;
    }
}
