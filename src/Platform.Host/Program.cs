using Platform.Cli.Commands;
using Platform.Host.Commands;

return await PlatformCommand.RunAsync(args, new ServerCommands(
    DevCommand.Build(), SiloCommand.Build(), DashboardCommand.Build(), AgentRunCommand.Build(), HaproxyCommand.Build()));
