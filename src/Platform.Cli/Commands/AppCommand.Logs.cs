using System.CommandLine;
using Platform.Cli.Output;
using Platform.Client.Apps;

namespace Platform.Cli.Commands;

/// <content>What instances write.</content>
internal static partial class AppCommand
{
    private static Command Logs()
    {
        var id = AppOptions.Id();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written, until the instance ends or Ctrl-C." };
        var error = new Option<bool>("--stderr") { Description = "Standard error instead of standard output." };
        var task = new Option<string?>("--task") { Description = "The instance's task id. Default: the youngest, or if none runs the last that ended by itself.", HelpName = "TASK" };
        var previous = new Option<bool>("--previous", "-p") { Description = "The last instance that ended by itself, although another one runs." };
        var tail = new Option<long?>("--tail-bytes") { Description = "Only so many bytes before the end. Default: all that is kept.", HelpName = "N" };
        var command = new Command("logs", "Prints what an instance of an app writes.") { id, follow, error, task, previous, tail };
        command.Validators.Add(result =>
        {
            if (result.GetValue(previous) && result.GetValue(task) is not null)
                result.AddError("--previous and --task name two instances");
        });
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var app = client.Apps.Get(result.GetRequiredValue(id));
            var source = await EndedLog.ChooseAsync(
                client, app.Id, await app.ListTasksAsync(cancellationToken), app.ListFailuresAsync, result.GetValue(task), result.GetValue(previous), cancellationToken);
            if (source.Remark is { } remark)
                terminal.Note("platform: " + remark);
            var options = new LogOptions { StandardError = result.GetValue(error), Follow = result.GetValue(follow), TailBytes = result.GetValue(tail) };
            await foreach (var part in app.ReadLogAsync(source.AgentId, source.TaskId, options, cancellationToken))
            {
                if (!await RawOutput.WriteAsync(part, cancellationToken))
                    break;
            }

            return ExitCodes.Ok;
        });
        return command;
    }
}
