using System.CommandLine;

namespace Platform.Cli.Commands;

/// <summary>The commands that run a part of the platform, which the executable has because they know all rings.</summary>
/// <param name="Dev">A control plane and an agent in one process.</param>
/// <param name="Silo">One process of a control plane.</param>
/// <param name="Dashboard">The dashboard in a process of its own.</param>
/// <param name="Agent">An agent; what is asked about agents is added to it.</param>
/// <param name="Haproxy">HAProxy as the ingress.</param>
internal sealed record ServerCommands(Command Dev, Command Silo, Command Dashboard, Command Agent, Command Haproxy);
