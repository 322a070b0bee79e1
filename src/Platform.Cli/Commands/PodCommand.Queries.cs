using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client;
using Platform.Client.Apps;
using Platform.Client.Pods;

namespace Platform.Cli.Commands;

/// <content>Commands that only read.</content>
internal static partial class PodCommand
{
    private static Command List()
    {
        var pattern = new Argument<string?>("PART") { Description = "Only pods whose id contains this.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "Lists pods.") { pattern };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var part = result.GetValue(pattern) ?? "";
            var pods = (await client.Pods.ListAsync(cancellationToken)).Where(pod => pod.Id.Contains(part, StringComparison.Ordinal)).OrderBy(pod => pod.Id, StringComparer.Ordinal).ToList();
            terminal.Table(
                ["ID", "STABLE", "STATUS", "SINCE", "CONTAINERS"], pods.Select(PodRendering.Row), () => new JsonArray([.. pods.Select(pod => (JsonNode)AppRendering.Json(pod))]),
                "There are no pods. './platform pod add FILE' submits one.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show()
    {
        var id = Id();
        var command = new Command("show", "Shows a pod with its instances and their containers.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var pod = client.Pods.Get(result.GetRequiredValue(id));
            if (terminal.IsJson)
                terminal.Json(await pod.GetJsonAsync(cancellationToken));
            else
                PodRendering.Print(terminal, await pod.GetAsync(cancellationToken), await pod.GetLastFailureAsync(cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Versions()
    {
        var id = Id();
        var command = new Command("versions", "Lists the versions of a pod's definition, newest first.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var pod = client.Pods.Get(result.GetRequiredValue(id));
            var present = (await pod.GetAsync(cancellationToken)).Spec.Version;
            var versions = await pod.ListVersionsAsync(cancellationToken);
            terminal.Table(["VERSION", ""],
                versions.OrderDescending(StringComparer.Ordinal).Select(version => new[] { version, version == present ? "present" : "" }),
                () => new JsonArray([.. versions.Select(version => (JsonNode)version)]), "none");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Logs()
    {
        var id = Id();
        var container = new Argument<string?>("CONTAINER") { Description = "The container. Default: the first of the definition.", Arity = ArgumentArity.ZeroOrOne };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written, until the container ends or Ctrl-C." };
        var error = new Option<bool>("--stderr") { Description = "Standard error instead of standard output." };
        var instance = new Option<string?>("--instance") { Description = "The instance. Default: the one that came last into its state, or if there is none the last that ended by itself.", HelpName = "INSTANCE" };
        var previous = new Option<bool>("--previous", "-p") { Description = "The last instance that ended by itself, by default the container that it ended of." };
        var tail = new Option<long?>("--tail-bytes") { Description = "Only so many bytes before the end. Default: all that is kept.", HelpName = "N" };
        var command = new Command("logs", "Prints what a container of a pod writes.") { id, container, follow, error, instance, previous, tail };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var pod = client.Pods.Get(result.GetRequiredValue(id));
            var status = await pod.GetAsync(cancellationToken);
            var source = result.GetValue(previous) || (status.Instances.All(one => one.Id != result.GetValue(instance)) && (status.Instances.Count == 0 || result.GetValue(instance) is not null))
                ? await EndedAsync(client, pod, status, result.GetValue(instance), result.GetValue(container), result.GetValue(previous), cancellationToken)
                : Choose(status, result.GetValue(instance), result.GetValue(container));
            if (source.Remark is { } remark)
                terminal.Note("platform: " + remark);
            var options = new LogOptions { StandardError = result.GetValue(error), Follow = result.GetValue(follow), TailBytes = result.GetValue(tail) };
            await foreach (var part in pod.ReadLogAsync(source.AgentId, source.TaskId, options, cancellationToken))
            {
                if (!await RawOutput.WriteAsync(part, cancellationToken))
                    break;
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Why()
    {
        var id = Id();
        var command = new Command("why", "Says why instances of a pod wait to be started.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var pod = client.Pods.Get(result.GetRequiredValue(id));
            var pending = await pod.GetPendingAsync(cancellationToken);
            if (terminal.IsJson)
                terminal.Json(pending);
            else
                PodRendering.Waiting(terminal, await pod.GetAsync(cancellationToken), pending, await pod.GetLastFailureAsync(cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static EndedLog Choose(PodStatus pod, string? instance, string? container)
    {
        var place = instance is null
            ? pod.Instances.MaxBy(one => one.StatusSince) ?? throw new CommandException(ExitCodes.NotFound, $"{pod.Id} has no instances")
            : pod.Instances.FirstOrDefault(one => one.Id == instance) ?? throw new CommandException(ExitCodes.NotFound, $"{pod.Id} has no instance {instance}");
        var chosen = container is null ? place.Containers is [var first, ..] ? first : null : place.Containers.FirstOrDefault(one => one.Name == container);
        return chosen is null
            ? throw new CommandException(ExitCodes.NotFound, $"{place.Id} has no container {container}; it has {string.Join(", ", place.Containers.Select(one => one.Name))}")
            : new(place.AgentId, chosen.ContainerId, null);
    }

    /// <summary>A container of an instance that has ended: the one that it ended of, unless another is named.</summary>
    private static async Task<EndedLog> EndedAsync(
        IPlatformClient client, PodHandle pod, PodStatus status, string? instance, string? container, bool asked, CancellationToken cancellationToken)
    {
        var last = instance is null ? status.TerminationHistory is [var newest, ..] ? newest : null : status.TerminationHistory.FirstOrDefault(end => end.InstanceID == instance);
        var ended = await pod.ListFailuresAsync(cancellationToken);
        var failure = ended.FirstOrDefault(end => last is not null && end.TaskId.StartsWith(last.InstanceID + ".", StringComparison.Ordinal));
        if (last is null || failure is null)
            throw new CommandException(ExitCodes.NotFound, instance is null ? $"{pod.Id} has no instances, and none has ended by itself" : $"{pod.Id} has no instance {instance}, and none of this id has ended by itself");
        if (container is null)
            return EndedLog.Of(failure, pod.Id, asked || instance is not null);
        var prefix = $"{last.InstanceID}.{container}";
        var task = last.Containers?.FirstOrDefault(one => one.ContainerId == prefix || one.ContainerId.StartsWith(prefix + ".", StringComparison.Ordinal))
            ?? throw new CommandException(ExitCodes.NotFound, $"{last.InstanceID} had no container {container}");
        return EndedLog.Of(failure with { TaskId = task.ContainerId }, pod.Id, asked || instance is not null);
    }
}
