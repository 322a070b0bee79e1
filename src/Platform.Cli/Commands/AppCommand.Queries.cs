using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client.Apps;

namespace Platform.Cli.Commands;

/// <content>Commands that only read.</content>
internal static partial class AppCommand
{
    private static Command List()
    {
        var label = new Option<string?>("--label") { Description = "Only apps that match a selector such as env==prod." };
        var pattern = new Argument<string?>("PART") { Description = "Only apps whose id contains this.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "Lists apps.") { pattern, label };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var apps = await client.Apps.ListAsync(new AppFilter { Id = result.GetValue(pattern), Label = result.GetValue(label) }, cancellationToken);
            var queue = !terminal.IsJson && apps.Any(app => app.TasksRunning < app.Instances) ? await client.Apps.ListQueueAsync(cancellationToken) : [];
            terminal.Table(
                ["ID", "RUNNING", "HEALTHY", "CPUS", "MEM", "STATE", "COMMAND"],
                apps.OrderBy(app => app.Id, StringComparer.Ordinal).Select(app => Row(app, WaitingRendering.Find(queue, app.Id))),
                () => new JsonArray([.. apps.Select(app => (JsonNode)AppRendering.Json(app))]),
                result.GetValue(pattern) is null && result.GetValue(label) is null
                    ? "There are no apps. './platform app add FILE' submits one."
                    : "No app is of this kind. './platform app list' shows all.");
            PrintWaiting(terminal, apps, queue);
            if (!terminal.IsJson && await client.Pods.ListAsync(cancellationToken) is { Count: > 0 } pods)
                terminal.Line($"Besides, there {(pods.Count == 1 ? "is 1 pod" : $"are {pods.Count} pods")}: './platform pod list' lists {(pods.Count == 1 ? "it" : "them")}.");
            return ExitCodes.Ok;
        });
        return command;

        static string[] Row(App app, JsonObject? waiting) =>
        [
            app.Id, $"{app.TasksRunning}/{app.Instances}", AppRendering.Health(app), $"{app.Cpus:0.###}", $"{app.Mem:0.###}", AppRendering.State(app, waiting), AppRendering.Command(app),
        ];
    }

    /// <summary>Why apps of the list wait: the first few, since a list is for an overview.</summary>
    private static void PrintWaiting(Terminal terminal, IReadOnlyList<App> apps, IReadOnlyList<JsonObject> queue)
    {
        const int Most = 10;
        var waiting = apps.OrderBy(app => app.Id, StringComparer.Ordinal)
            .Select(app => (app.Id, Why: WaitingRendering.Summary(WaitingRendering.Find(queue, app.Id)))).Where(one => one.Why is not null).ToList();
        foreach (var (id, why) in waiting.Take(Most))
            terminal.Line($"{id}: {why}");
        if (waiting.Count > Most)
            terminal.Line($"... and {waiting.Count - Most} more wait.");
        if (waiting.Count > 0)
            terminal.Line("'./platform app why ID' tells more.");
    }

    private static Command Show()
    {
        var id = AppOptions.Id();
        var command = new Command("show", "Shows an app with its instances.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var app = client.Apps.Get(result.GetRequiredValue(id));
            if (terminal.IsJson)
            {
                terminal.Json(await app.GetJsonAsync(cancellationToken));
                return ExitCodes.Ok;
            }

            var shown = await app.GetAsync(cancellationToken);
            AppRendering.Print(terminal, shown, await app.GetQueueAsync(cancellationToken), await app.GetLastFailureAsync(cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Tasks()
    {
        var id = AppOptions.Id();
        var command = new Command("tasks", "Lists an app's instances.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var tasks = await client.Apps.Get(result.GetRequiredValue(id)).ListTasksAsync(cancellationToken);
            AppRendering.Tasks(terminal, tasks);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Versions()
    {
        var id = AppOptions.Id();
        var command = new Command("versions", "Lists the versions of an app's definition, newest first.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var app = client.Apps.Get(result.GetRequiredValue(id));
            var present = (await app.GetAsync(cancellationToken)).Version;
            var versions = await app.ListVersionsAsync(cancellationToken);
            terminal.Table(["VERSION", ""],
                versions.OrderDescending(StringComparer.Ordinal).Select(version => new[] { version, version == present ? "present" : "" }),
                () => new JsonArray([.. versions.Select(version => (JsonNode)version)]), "none");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Why()
    {
        var id = AppOptions.Id();
        var command = new Command("why", "Says why instances of an app wait to be started.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var app = client.Apps.Get(result.GetRequiredValue(id));
            var shown = await app.GetAsync(cancellationToken);
            var queue = await app.GetQueueAsync(cancellationToken);
            if (terminal.IsJson)
                terminal.Json(queue);
            else
                WaitingRendering.Print(terminal, shown, queue, await app.GetLastFailureAsync(cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }
}
