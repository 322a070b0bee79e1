using System.CommandLine;
using System.CommandLine.Parsing;
using Platform.Cli.Output;

namespace Platform.Cli.Commands;

/// <summary>The command line: every command, in the order of its help.</summary>
internal static class PlatformCommand
{
    internal static async Task<int> RunAsync(string[] args, ServerCommands servers)
    {
        var root = Build(servers);
        var problems = new List<string>();
        var result = root.Parse(SettingsSources.Complete(root, args, Environment.GetEnvironmentVariable, problems));
        problems.AddRange(result.Errors.Select(ParseProblem.Of));
        if (problems.Count > 0)
        {
            foreach (var problem in problems)
                await Console.Error.WriteLineAsync("platform: " + VisibleText.Of(problem));
            await Console.Error.WriteLineAsync($"'{PathOf(result.CommandResult)} --help' shows how it is used.");
            return ExitCodes.Usage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync($"platform: a fault of the program: {exception}");
            return ExitCodes.Failed;
        }
    }

    internal static RootCommand Build(ServerCommands servers)
    {
        var root = new RootCommand("Runs apps on agents and keeps them running.")
        {
            GlobalOptions.Url,
            GlobalOptions.Authority,
            GlobalOptions.Json,
        };
        root.Add(servers.Dev);
        root.Add(servers.Silo);
        root.Add(servers.Dashboard);
        root.Add(AgentCommand.AddTo(servers.Agent));
        root.Add(AppCommand.Build());
        root.Add(PodCommand.Build());
        root.Add(DeploymentCommand.Build());
        root.Add(ServiceCommand.Build());
        root.Add(DnsCommand.Build());
        root.Add(LoadBalancerCommand.Build(servers.Haproxy));
        root.Add(StatusCommand.Build());
        root.Add(PlanCommand.Build());
        root.Add(AllocatorCommand.Build());
        root.Add(JobCommand.Build());
        root.Add(ScheduleCommand.Build());
        root.Add(ExecuteCommand.Build());
        foreach (var command in LoginCommand.Build().Concat(IdentityCommand.Build()))
            root.Add(command);
        root.Add(TokenCommand.Build());
        root.Add(SecretCommand.Build());
        root.Add(LimitCommand.Build());
        root.Add(AuditCommand.Build());
        root.Add(ClusterCommand.Build());
        return root;
    }

    private static string PathOf(CommandResult command)
    {
        var names = new Stack<string>();
        for (SymbolResult? one = command; one is CommandResult result; one = one.Parent)
            names.Push(result.Command is RootCommand ? "platform" : result.Command.Name);
        return string.Join(' ', names);
    }
}
