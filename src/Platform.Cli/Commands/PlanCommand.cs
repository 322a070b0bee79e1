using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary><c>platform plan</c>: what a submission would do.</summary>
internal static class PlanCommand
{
    internal static Command Build()
    {
        var file = AppOptions.File("A definition, or an array of them,");
        var command = new Command("plan", "Says what a submission or an update would do, without doing it. Exit code 1: some app could not run even on empty agents.") { file };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var definition = await DefinitionFile.ReadAsync(result.GetRequiredValue(file), cancellationToken);
            JsonNode plan;
            try
            {
                plan = await client.PlanAsync(definition, cancellationToken);
            }
            catch (PlatformException exception) when (exception.Error == PlatformError.Conflict && definition is JsonObject && exception.Deployments.Count == 0)
            {
                // The app exists: what an update by this definition would do.
                plan = await client.PlanAsync(new JsonArray(definition.DeepClone()), cancellationToken);
            }
            if (terminal.IsJson)
                terminal.Json(plan);
            else
                PlanRendering.Print(terminal, plan);
            return PlanRendering.IsImpossible(plan) ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }
}
