using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Pods;

namespace Platform.Cli.Commands;

/// <content>Commands that change pods.</content>
internal static partial class PodCommand
{
    private static Command Add()
    {
        var (file, wait, force) = (AppOptions.File(), AppOptions.Wait(), AppOptions.Force());
        var command = new Command("add", "Submits a new pod.") { file, wait, force };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var definition = await DefinitionFile.ReadObjectAsync(result.GetRequiredValue(file), cancellationToken);
            var deployment = await client.Pods.CreateAsync(definition, AppOptions.Change(result.GetValue(force)), cancellationToken);
            await PassedOver.TellAsync(client, terminal, definition, null, cancellationToken);
            return await terminal.DeployedAsync(client, deployment, DefinitionFile.NameOf(definition), result.GetValue(wait), cancellationToken);
        });
        return command;
    }

    private static Command Update()
    {
        var (file, wait, force) = (AppOptions.File("The whole definition"), AppOptions.Wait(), AppOptions.Force());
        var command = new Command("update", "Puts a definition in the place of the old one: members that it lacks get their defaults.") { file, wait, force };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var definition = await DefinitionFile.ReadObjectAsync(result.GetRequiredValue(file), cancellationToken);
            if (definition["id"] is not JsonValue id || !id.TryGetValue<string>(out var path) || path.Trim('/').Length == 0)
                throw new CommandException(ExitCodes.Usage, "the definition has no id");
            // Whether it is there is asked first: a PUT would create it.
            var pod = client.Pods.Get(path);
            await pod.GetDefinitionAsync(null, cancellationToken);
            var deployment = await pod.ReplaceAsync(definition, AppOptions.Change(result.GetValue(force)), cancellationToken);
            await PassedOver.TellAsync(client, terminal, definition, pod.Id, cancellationToken);
            return await terminal.DeployedAsync(client, deployment, pod.Id, result.GetValue(wait), cancellationToken);
        });
        return command;
    }

    private static Command Scale()
    {
        var instances = new Argument<int>("INSTANCES") { Description = "How many; 0 suspends the pod." };
        instances.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var count) && count < 0)
                result.AddError("the number of instances cannot be negative");
        });
        return Change("scale", "Sets the number of instances.", instances,
            (pod, result, options, cancellationToken) => pod.ScaleAsync(result.GetRequiredValue(instances), options, cancellationToken));
    }

    private static Command Restart() => Change("restart", "Replaces all instances, as the upgrade strategy says.", null,
        (pod, _, options, cancellationToken) => pod.RestartAsync(options, cancellationToken));

    private static Command Promote() => Change("promote", "Goes on with a canary or blue-green rollout that waits for it.", null,
        (pod, _, options, cancellationToken) => pod.PromoteAsync(options, cancellationToken), "Even when the canary is not healthy.");

    private static Command Remove() => Change("remove", "Ends all instances and forgets the pod.", null,
        (pod, _, options, cancellationToken) => pod.RemoveAsync(options, cancellationToken));

    private static Command Rollback()
    {
        var version = new Argument<string?>("VERSION")
        {
            Description = "The version to go back to. Default: the one before the present one.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return Change("rollback", "Leads back to an older version of the definition.", version, async (pod, result, options, cancellationToken) =>
        {
            var target = result.GetValue(version) ?? await PreviousVersionAsync(pod, cancellationToken);
            return await PreviousVersion.RollbackAsync(
                "pod", pod.Id, target, () => pod.ListVersionsAsync(cancellationToken), () => pod.RollbackAsync(target, options, cancellationToken));
        });
    }

    private static async Task<string> PreviousVersionAsync(PodHandle pod, CancellationToken cancellationToken) =>
        PreviousVersion.Of(pod.Id, (await pod.GetAsync(cancellationToken)).Spec.Version, await pod.ListVersionsAsync(cancellationToken));

    private static Command Kill()
    {
        var id = Id();
        var instances = new Argument<string[]>("INSTANCE") { Description = "Ids of instances. Default: all.", Arity = ArgumentArity.ZeroOrMore };
        var wipe = new Option<bool>("--wipe") { Description = "Destroy their persistent volumes too." };
        var command = new Command("kill", "Kills instances with all their containers; they are replaced.") { id, instances, wipe };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var pod = client.Pods.Get(result.GetRequiredValue(id));
            var named = result.GetValue(instances) ?? [];
            IReadOnlyList<string> wanted = named.Length > 0 ? named : [.. (await pod.GetAsync(cancellationToken)).Instances.Select(instance => instance.Id)];
            var killed = await pod.KillAsync(wanted, result.GetValue(wipe), cancellationToken);
            terminal.Table(["KILLED"], killed.Select(instance => new[] { instance }), () => new JsonArray([.. killed.Select(instance => (JsonNode)instance)]), "no such instance");
            return killed.Count == 0 && named.Length > 0 ? ExitCodes.NotFound : ExitCodes.Ok;
        });
        return command;
    }

    private static Command Change(
        string name, string description, Argument? argument, Func<PodHandle, ParseResult, ChangeOptions, CancellationToken, Task<DeploymentHandle>> change,
        string? forced = null)
    {
        var (id, wait, force) = (Id(), AppOptions.Wait(), AppOptions.Force(forced));
        var command = new Command(name, description) { id };
        if (argument is not null)
            command.Add(argument);
        command.Add(wait);
        command.Add(force);
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var pod = client.Pods.Get(result.GetRequiredValue(id));
            var deployment = await change(pod, result, AppOptions.Change(result.GetValue(force)), cancellationToken);
            return await terminal.DeployedAsync(client, deployment, pod.Id, result.GetValue(wait), cancellationToken);
        });
        return command;
    }
}
