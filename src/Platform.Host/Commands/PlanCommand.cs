using System.CommandLine;

namespace Platform.Host.Commands;

/// <summary><c>platform plan</c>: what a submission would do.</summary>
internal static class PlanCommand
{
    internal static Command Build()
    {
        var file = AppOptions.File("A definition, or an array of them,");
        var command = new Command("plan", "Says what a submission would do, without doing it.") { file };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var plan = await client.PlanAsync(await DefinitionFile.ReadAsync(result.GetRequiredValue(file), cancellationToken), cancellationToken);
            terminal.Json(plan);
            return ExitCodes.Ok;
        });
        return command;
    }
}
