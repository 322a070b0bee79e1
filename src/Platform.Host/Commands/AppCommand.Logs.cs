using System.CommandLine;
using Platform.Client.Apps;
using Platform.Host.Output;

namespace Platform.Host.Commands;

/// <content>What instances write.</content>
internal static partial class AppCommand
{
    private static Command Logs()
    {
        var id = AppOptions.Id();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written, until the instance ends or Ctrl-C." };
        var error = new Option<bool>("--stderr") { Description = "Standard error instead of standard output." };
        var task = new Option<string?>("--task") { Description = "The instance's task id. Default: the youngest.", HelpName = "TASK" };
        var tail = new Option<long?>("--tail-bytes") { Description = "Only so many bytes before the end. Default: all that is kept.", HelpName = "N" };
        var command = new Command("logs", "Prints what an instance of an app writes.") { id, follow, error, task, tail };
        command.Run(result => async (client, _, cancellationToken) =>
        {
            var app = client.GetApp(result.GetRequiredValue(id));
            var chosen = Choose(await app.ListTasksAsync(cancellationToken), app.Id, result.GetValue(task));
            var options = new LogOptions { StandardError = result.GetValue(error), Follow = result.GetValue(follow), TailBytes = result.GetValue(tail) };
            await foreach (var part in app.ReadLogAsync(chosen, options, cancellationToken))
            {
                if (!await RawOutput.WriteAsync(part, cancellationToken))
                    break;
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static AppTask Choose(IReadOnlyList<AppTask> tasks, string app, string? wanted) =>
        wanted is null
            ? tasks.MaxBy(task => task.StagedAt) ?? throw new CommandException(ExitCodes.NotFound, $"{app} has no instances")
            : tasks.FirstOrDefault(task => task.Id == wanted) ?? throw new CommandException(ExitCodes.NotFound, $"{app} has no task {wanted}");
}
