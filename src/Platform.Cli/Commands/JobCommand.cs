using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client.Jobs;
using Platform.Core.Collections;
using Platform.Core.Schedules;

namespace Platform.Cli.Commands;

/// <summary><c>platform job</c>: everything about jobs and their runs.</summary>
internal static partial class JobCommand
{
    internal static Command Build() => new("job", "Adds, shows, runs, changes and removes jobs.")
    {
        Add(),
        List(),
        Show(),
        Run(),
        History(),
        Logs(),
        Stop(),
        Rerun(),
        Backfill(),
        Pause(),
        Resume(),
        Update(),
        Remove(),
        Graph(),
        Next(),
    };

    private static Argument<string> Id() => NameArgument.Of("ID", "The job's name.");

    private static Command Add()
    {
        var file = new Argument<string>("FILE") { Description = "The definition, JSON; - for standard input." };
        var command = new Command("add", "Adds a job.") { file };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var job = await client.Jobs.CreateAsync(await DefinitionFile.ReadObjectAsync(result.GetRequiredValue(file), cancellationToken), cancellationToken);
            return await ShowAsync(terminal, await job.GetJsonAsync(cancellationToken), $"job {job.Id} is added");
        });
        return command;
    }

    private static Command Update()
    {
        var file = new Argument<string>("FILE") { Description = "The whole new definition, JSON; - for standard input." };
        var command = new Command("update", "Puts a definition in the place of a job's old one.") { file };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var definition = await DefinitionFile.ReadObjectAsync(result.GetRequiredValue(file), cancellationToken);
            if (definition["id"] is not JsonValue value || !value.TryGetValue<string>(out var id) || id.Length == 0)
                throw new CommandException(ExitCodes.Usage, "the definition has no id");
            var job = client.Jobs.Get(id);
            await job.GetAsync(cancellationToken);
            await job.ReplaceAsync(definition, cancellationToken);
            return await ShowAsync(terminal, await job.GetJsonAsync(cancellationToken), $"job {id} is updated");
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists jobs.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var jobs = await client.Jobs.ListAsync(cancellationToken);
            terminal.Table(
                ["ID", "SCHEDULE", "NEXT", "RUNNING", "LAST", "OK", "FAILED"],
                jobs.Select(job => new[]
                {
                    job.Id, WhenOf(job), job.Paused is null ? Text(job.NextDue) : "paused", job.Runs.Count.ToString(), job.LastRun ?? "", job.Successes.ToString(), job.Failures.ToString(),
                }),
                () => new JsonArray([.. jobs.Select(job => (JsonNode)new JsonObject
                {
                    ["id"] = job.Id,
                    ["spec"] = job.Spec.DeepClone(),
                    ["nextDue"] = job.NextDue,
                    ["paused"] = job.Paused,
                    ["running"] = job.Runs.Count,
                    ["lastRun"] = job.LastRun,
                    ["successes"] = job.Successes,
                    ["failures"] = job.Failures,
                })]),
                "There are no jobs. './platform job add FILE' adds one.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show()
    {
        var id = Id();
        var command = new Command("show", "Shows a job, what is due, and the runs that go on.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var handle = client.Jobs.Get(result.GetRequiredValue(id));
            if (terminal.IsJson)
            {
                terminal.Json(await handle.GetJsonAsync(cancellationToken));
                return ExitCodes.Ok;
            }
            var job = await handle.GetAsync(cancellationToken);
            terminal.Line($"{job.Id}: {WhenOf(job)}{(job.Paused is { } note ? $", paused{(note.Length > 0 ? ": " + note : "")}" : job.NextDue is { } next ? $", next {Text(next)}" : "")}");
            terminal.Line($"succeeded {job.Successes}, failed {job.Failures}, left out {job.Skipped}");
            if (job.Problem is { } problem)
                terminal.Line($"never due: {problem}");
            if (job.Children.Count > 0)
                terminal.Line($"followed by {string.Join(", ", job.Children)}");
            foreach (var notification in job.Spec["notifications"]?.AsArray() ?? [])
                terminal.Line($"tells {notification!["webhook"] ?? Joined(notification["email"])} of {Joined(notification["on"])}");
            if (job.Untold > 0)
                terminal.Line($"{job.Untold} notices wait to be told{(job.UntoldError is { } error ? ": " + error : "")}");
            Runs(terminal, job.Runs, "No run goes on.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string Joined(JsonNode? texts) => string.Join(", ", (texts as JsonArray ?? []).Select(text => text?.ToString()));

    private static Command Pause()
    {
        var id = Id();
        var note = new Option<string>("--note") { Description = "Why, for others.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var command = new Command("pause", "Lets nothing be due until the job is resumed.") { id, note };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var job = client.Jobs.Get(result.GetRequiredValue(id));
            await job.PauseAsync(result.GetValue(note)!, cancellationToken);
            return await ShowAsync(terminal, await job.GetJsonAsync(cancellationToken), $"job {job.Id} is paused");
        });
        return command;
    }

    private static Command Resume()
    {
        var id = Id();
        var command = new Command("resume", "Lets a paused job be due again; what was due meanwhile is not made up for.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var job = client.Jobs.Get(result.GetRequiredValue(id));
            await job.ResumeAsync(cancellationToken);
            return await ShowAsync(terminal, await job.GetJsonAsync(cancellationToken), $"job {job.Id} is resumed");
        });
        return command;
    }

    private static Command Remove()
    {
        var id = Id();
        var stop = new Option<bool>("--stop-runs") { Description = "Also while runs go on; they are ended." };
        var free = new Option<bool>("--free-children") { Description = "Also while others follow; they follow it no more." };
        var command = new Command("remove", "Removes a job.") { id, stop, free };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var job = client.Jobs.Get(result.GetRequiredValue(id));
            var spec = await job.RemoveAsync(result.GetValue(stop), result.GetValue(free), cancellationToken);
            return await ShowAsync(terminal, spec, $"job {job.Id} is removed");
        });
        return command;
    }

    private static Command Next()
    {
        var id = new Argument<string?>("ID") { Description = "Lists the next due instants of this job. Default: all jobs, by when they are due next.", Arity = ArgumentArity.ZeroOrOne };
        var count = new Option<int>("--count") { Description = "With ID: how many at most. Default: 5.", HelpName = "N", DefaultValueFactory = _ => 5 };
        var command = new Command("next", "Lists jobs by when they are due next, or the next due instants of one.") { id, count };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            if (result.GetValue(id) is { } name)
            {
                var lines = DueOf(await client.Jobs.Get(name).GetAsync(cancellationToken), result.GetValue(count));
                if (terminal.IsJson)
                    terminal.Json(new JsonArray([.. lines.Select(line => (JsonNode)line)]));
                else
                    lines.ForEach(terminal.Line);
                return ExitCodes.Ok;
            }
            var due = (await client.Jobs.ListAsync(cancellationToken)).Where(job => job.NextDue is not null).OrderBy(job => job.NextDue).ToList();
            terminal.Table(["DUE", "ID"], due.Select(job => new[] { Text(job.NextDue), job.Id }),
                () => new JsonArray([.. due.Select(job => (JsonNode)new JsonObject { ["id"] = job.Id, ["due"] = job.NextDue })]), "Nothing is due.");
            return ExitCodes.Ok;
        });
        return command;
    }

    // What begins with its definition and says no start begins with what is due next.
    private static List<string> DueOf(Job job, int most)
    {
        if (job.NextDue is not { } next || job.Spec["schedule"] is not JsonObject schedule)
            return [];
        var spec = new ScheduleSpec
        {
            Expression = (string)schedule["expression"]!,
            Zone = (string?)schedule["zone"],
            Dialect = (string?)schedule["dialect"] == "metronome" ? CronDialect.Metronome : CronDialect.Unix,
            Exclude = (schedule["exclude"] as JsonArray ?? []).Select(day => (string)day!).ToValueList(),
        };
        return ScheduleParser.Parse(spec, next, ScheduleParser.SeedOf(job.Id), []) is { } parsed
            ? [.. parsed.After(next.AddTicks(-1), (int)Math.Min(Math.Clamp(most, 1, 100_000), job.DueLeft ?? long.MaxValue)).Select(instant => ScheduleCommand.Text(parsed, instant))]
            : [];
    }

    private static Task<int> ShowAsync(Terminal terminal, JsonNode json, string line)
    {
        if (terminal.IsJson)
            terminal.Json(json);
        else
            terminal.Line(line);
        return Task.FromResult(ExitCodes.Ok);
    }

    private static string WhenOf(Job job) =>
        job.Spec["schedule"] is JsonObject schedule ? $"{schedule["expression"]}{(schedule["zone"] is { } zone ? $" {zone}" : "")}"
        : job.Spec["parents"] is JsonArray parents ? $"after {string.Join(", ", parents.Select(parent => parent?.ToString()))}"
        : "by request";

    private static string Text(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
