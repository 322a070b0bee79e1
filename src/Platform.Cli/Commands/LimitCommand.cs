using System.CommandLine;
using System.Text.Json.Nodes;

namespace Platform.Cli.Commands;

/// <summary><c>platform limit</c>: how much the definitions in a group may come to.</summary>
internal static class LimitCommand
{
    private static readonly string[] Names = ["apps", "jobs", "instances", "cpus", "mem", "disk", "gpus"];

    internal static Command Build() => new("limit", "Limits of groups of apps: how much their definitions may come to.") { Set(), List(), Remove() };

    private static Argument<string> GroupArgument() => new("GROUP") { Description = "The path of the group, such as /shop; / is all." };

    private static Command Set()
    {
        var group = GroupArgument();
        var amounts = Names.Select(name => new Option<double?>("--" + name)
        {
            Description = name switch { "apps" => "The most apps and pods.", "jobs" => "The most jobs.", "mem" or "disk" => $"The most {name} of all instances, MB.", "instances" => "The most instances, and tasks of jobs at a time.", _ => $"The most {name} of all instances." },
            HelpName = "N",
        }).ToArray();
        var command = new Command("set", "Sets the limit of a group and all below it, in the place of the one that it had.") { group };
        foreach (var amount in amounts)
            command.Add(amount);
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var body = new JsonObject();
            for (var i = 0; i < Names.Length; i++)
            {
                if (result.GetValue(amounts[i]) is { } given)
                    body[Names[i]] = given == Math.Floor(given) && Math.Abs(given) < 1e15 ? JsonValue.Create((long)given) : JsonValue.Create(given);
            }
            if (body.Count == 0)
                throw new CommandException(ExitCodes.Usage, "give at least one of " + string.Join(", ", Names.Select(name => "--" + name)));
            await client.CallAsync(HttpMethod.Put, UrlOf(result.GetRequiredValue(group)), body, cancellationToken);
            terminal.Say(body.DeepClone(), "set");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists limits, with what the definitions come to now.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var limits = (await client.CallAsync(HttpMethod.Get, "/api/limits", null, cancellationToken))!["limits"]!.AsArray();
            terminal.Table(["GROUP", .. Names.Select(name => name.ToUpperInvariant())],
                limits.Select(limit => (string[])[$"{limit!["group"]}", .. Names.Select(name => limit["limit"]![name] is { } most ? $"{limit["used"]![name]} of {most}" : $"{limit["used"]![name]}")]),
                () => limits.DeepClone(), "No group has a limit.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Remove()
    {
        var group = GroupArgument();
        var command = new Command("remove", "Takes the limit of a group away. Those of the groups that it is in stay.") { group };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            await client.CallAsync(HttpMethod.Delete, UrlOf(result.GetRequiredValue(group)), null, cancellationToken);
            terminal.Say(new JsonObject { ["group"] = result.GetRequiredValue(group) }, "removed");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string UrlOf(string group) => "/api/limits" + string.Concat(group.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(name => "/" + Uri.EscapeDataString(name)));
}
