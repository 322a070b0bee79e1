using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;

namespace Platform.Cli.Commands;

/// <content>Commands that lead to a deployment.</content>
internal static partial class AppCommand
{
    private static Command Add()
    {
        var (file, wait, force) = (AppOptions.File("A definition, or an array of them,"), AppOptions.Wait(), AppOptions.Force());
        var command = new Command("add", "Submits a new app.") { file, wait, force };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var definition = await DefinitionFile.ReadAsync(result.GetRequiredValue(file), cancellationToken);
            var deployment = await client.Apps.CreateAsync(definition, AppOptions.Change(result.GetValue(force)), cancellationToken);
            await PassedOver.TellAsync(client, terminal, definition, null, cancellationToken);
            return await terminal.DeployedAsync(client, deployment, DefinitionFile.NameOf(definition), result.GetValue(wait), cancellationToken);
        });
        return command;
    }

    private static Command Update()
    {
        var (id, wait, force) = (AppOptions.Id(), AppOptions.Wait(), AppOptions.Force());
        var fields = new Argument<string>("FILE") { Description = "JSON with the fields to change; - reads standard input." };
        var replace = new Option<bool>("--replace") { Description = "The file is the whole definition: fields that it lacks get their defaults." };
        var command = new Command("update", "Changes an app's definition.") { id, fields, replace, wait, force };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var app = client.Apps.Get(result.GetRequiredValue(id));
            var content = await DefinitionFile.ReadObjectAsync(result.GetRequiredValue(fields), cancellationToken);
            var options = AppOptions.Change(result.GetValue(force));
            var deployment = result.GetValue(replace)
                ? await app.ReplaceAsync(content, options, cancellationToken)
                : await app.UpdateAsync(content, options, cancellationToken);
            await PassedOver.TellAsync(client, terminal, content, app.Id, cancellationToken);
            return await terminal.DeployedAsync(client, deployment, app.Id, result.GetValue(wait), cancellationToken);
        });
        return command;
    }

    private static Command Scale()
    {
        var instances = new Argument<int>("INSTANCES") { Description = "How many; 0 suspends the app." };
        instances.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var count) && count < 0)
                result.AddError("the number of instances cannot be negative");
        });
        return Change("scale", "Sets the number of instances.", instances,
            (app, result, options, cancellationToken) => app.ScaleAsync(result.GetRequiredValue(instances), options, cancellationToken));
    }

    private static Command Stop() => Change("stop", "Suspends an app: no instances, its definition stays.", null,
        (app, _, options, cancellationToken) => app.ScaleAsync(0, options, cancellationToken));

    private static Command Restart() => Change("restart", "Replaces all instances, as the upgrade strategy says.", null,
        (app, _, options, cancellationToken) => app.RestartAsync(options, cancellationToken));

    private static Command Promote() => Change("promote", "Goes on with a canary or blue-green rollout that waits for it.", null,
        (app, _, options, cancellationToken) => app.PromoteAsync(options, cancellationToken), "Even when the canary is not healthy.");

    private static Command Remove() => Change("remove", "Ends all instances and forgets the app.", null,
        (app, _, options, cancellationToken) => app.RemoveAsync(options, cancellationToken));

    private static Command Rollback()
    {
        var version = new Argument<string?>("VERSION")
        {
            Description = "The version to go back to. Default: the one before the present one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return Change("rollback", "Leads back to an older version of the definition.", version, async (app, result, options, cancellationToken) =>
        {
            var target = result.GetValue(version) ?? await PreviousVersionAsync(app, cancellationToken);
            return await PreviousVersion.RollbackAsync(
                "app", app.Id, target, () => app.ListVersionsAsync(cancellationToken), () => app.RollbackAsync(target, options, cancellationToken));
        });
    }

    private static async Task<string> PreviousVersionAsync(AppHandle app, CancellationToken cancellationToken) =>
        PreviousVersion.Of(app.Id, (await app.GetAsync(cancellationToken)).Version, await app.ListVersionsAsync(cancellationToken));

    private static Command Kill()
    {
        var tasks = new Argument<string[]>("TASK") { Description = "Ids of tasks, or one app's path for all its instances.", Arity = ArgumentArity.OneOrMore };
        var scale = new Option<bool>("--scale") { Description = "Lower the number of instances too: none is started in their place." };
        var wipe = new Option<bool>("--wipe") { Description = "Destroy their persistent volumes too." };
        var (wait, force) = (AppOptions.Wait(), AppOptions.Force());
        var command = new Command("kill", "Kills instances; they are replaced.") { tasks, scale, wipe, wait, force };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var names = result.GetRequiredValue(tasks);
            var options = new KillOptions { Scale = result.GetValue(scale), Wipe = result.GetValue(wipe), Force = result.GetValue(force) };
            var killed = names is [['/', ..] app]
                ? await client.Apps.Get(app).KillAllAsync(options, cancellationToken)
                : await client.Apps.KillTasksAsync(names, options, cancellationToken);
            if (killed.Deployment is { } deployment)
                return await terminal.DeployedAsync(client, deployment, string.Join(' ', names), result.GetValue(wait), cancellationToken);
            terminal.Table(["KILLED", "APP"], killed.Tasks.Select(task => new[] { task.Id, task.AppId }),
                () => new JsonArray([.. killed.Tasks.Select(task => (JsonNode)task.Id)]), "no such instance");
            return killed.Tasks.Count == 0 && names is not [['/', ..]] ? ExitCodes.NotFound : ExitCodes.Ok;
        });
        return command;
    }

    private static Command Change(
        string name, string description, Argument? argument, Func<AppHandle, ParseResult, ChangeOptions, CancellationToken, Task<DeploymentHandle>> change,
        string? forced = null)
    {
        var (id, wait, force) = (AppOptions.Id(), AppOptions.Wait(), AppOptions.Force(forced));
        var command = new Command(name, description) { id };
        if (argument is not null)
            command.Add(argument);
        command.Add(wait);
        command.Add(force);
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var app = client.Apps.Get(result.GetRequiredValue(id));
            var deployment = await change(app, result, AppOptions.Change(result.GetValue(force)), cancellationToken);
            return await terminal.DeployedAsync(client, deployment, app.Id, result.GetValue(wait), cancellationToken);
        });
        return command;
    }
}
