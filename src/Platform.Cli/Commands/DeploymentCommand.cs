using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;

namespace Platform.Cli.Commands;

/// <summary><c>platform deployment</c>: running deployments.</summary>
internal static class DeploymentCommand
{
    internal static Command Build() => new("deployment", "Lists, undoes, stops and awaits deployments.")
    {
        List(),
        Rollback(),
        Stop(),
        Wait(),
    };

    private static Argument<string> Id() => NameArgument.Of("ID", "The deployment's id.");

    private static Command List()
    {
        var command = new Command("list", "Lists the running deployments.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var deployments = await client.Deployments.ListAsync(cancellationToken);
            terminal.Table(
                ["ID", "STEP", "APPS", "NOW"],
                deployments.Select(deployment => new[]
                {
                    deployment.Id, $"{deployment.CurrentStep}/{deployment.TotalSteps}", string.Join(' ', deployment.AffectedApps),
                    string.Join(", ", deployment.CurrentActions.Select(action => $"{action.Action} {action.App}")),
                }),
                () => new JsonArray([.. deployments.Select(deployment => (JsonNode)AppRendering.Json(deployment))]),
                "No deployment is running.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Rollback()
    {
        var (id, wait) = (Id(), AppOptions.Wait());
        var command = new Command("rollback", "Undoes a running deployment by a new one.") { id, wait };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var reverting = await client.Deployments.Get(result.GetRequiredValue(id)).RollbackAsync(cancellationToken);
            return await terminal.DeployedAsync(client, reverting, $"undoing {result.GetRequiredValue(id)}", result.GetValue(wait), cancellationToken);
        });
        return command;
    }

    private static Command Stop()
    {
        var id = Id();
        var command = new Command("stop", "Stops a running deployment where it is; what runs is kept.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var deployment = client.Deployments.Get(result.GetRequiredValue(id));
            await deployment.StopAsync(cancellationToken);
            if (terminal.IsJson)
                terminal.Json(new JsonObject { ["deploymentId"] = deployment.Id, ["stopped"] = true });
            else
                terminal.Line($"deployment {deployment.Id} is stopped");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Wait()
    {
        var id = Id();
        var command = new Command("wait", "Waits until a deployment has ended.") { id };
        command.Run(result => (client, terminal, cancellationToken) =>
            terminal.DeployedAsync(client, client.Deployments.Get(result.GetRequiredValue(id)), "waiting", wait: true, cancellationToken));
        return command;
    }
}
