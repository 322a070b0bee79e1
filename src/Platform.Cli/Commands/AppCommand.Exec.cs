using System.CommandLine;

namespace Platform.Cli.Commands;

/// <content>Commands beside instances.</content>
internal static partial class AppCommand
{
    private static Command Exec()
    {
        var id = AppOptions.Id();
        var task = new Option<string?>("--task") { Description = "The instance's task id. Default: the youngest that runs.", HelpName = "TASK" };
        var exec = new ExecCommand("Runs a command beside a running instance of an app, and exits with its status.", id, task);
        exec.Command.Run(result => async (client, _, cancellationToken) =>
        {
            var app = client.Apps.Get(result.GetRequiredValue(id));
            var (wanted, tasks) = (result.GetValue(task), await app.ListTasksAsync(cancellationToken));
            var chosen = wanted is null
                ? tasks.Where(one => one.State == "TASK_RUNNING").MaxBy(one => one.StagedAt) ?? throw new CommandException(ExitCodes.NotFound, $"no instance of {app.Id} runs")
                : tasks.FirstOrDefault(one => one.Id == wanted) ?? throw new CommandException(ExitCodes.NotFound, $"{app.Id} has no task {wanted}");
            return await exec.RunAsync(result, client.Agents.Get(chosen.SlaveId), chosen.Id, cancellationToken);
        });
        return exec.Command;
    }
}
