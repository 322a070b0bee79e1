using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client.Apps;
using Platform.Client.Jobs;

namespace Platform.Cli.Commands;

/// <content>Runs, and runs of whole graphs.</content>
internal static partial class JobCommand
{
    private static Command Run()
    {
        var id = Id();
        var arguments = new Argument<string[]>("ARGS") { Description = "Added to the command, after --.", Arity = ArgumentArity.ZeroOrMore };
        var at = new Option<DateTimeOffset?>("--at") { Description = "Start it no earlier, such as 2026-11-29T04:00:00Z.", HelpName = "INSTANT", CustomParser = Instant };
        var wait = new Option<bool>("--wait") { Description = "Wait for the end; a run that fails is exit code 1." };
        var env = new Option<string[]>("--env", "-e") { Description = "A variable over that of the job. May be given several times.", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };
        env.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                result.AddError($"--env '{token.Value}' is no variable; write NAME=VALUE");
        });
        var command = new Command("run", "Starts a run now.") { id, arguments, at, env, wait };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var variables = result.GetValue(env)!.Select(text => text.Split('=', 2)).GroupBy(parts => parts[0], StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Last()[1], StringComparer.Ordinal);
            var run = await client.Jobs.Get(result.GetRequiredValue(id)).RunAsync(result.GetValue(arguments), variables, at: result.GetValue(at), cancellationToken: cancellationToken);
            var now = result.GetValue(wait) ? await run.WaitAsync(cancellationToken) : await run.GetAsync(cancellationToken);
            if (terminal.IsJson)
                terminal.Json(new JsonObject { ["id"] = now.Id, ["phase"] = now.Phase, ["message"] = now.Message });
            else
                terminal.Line($"run {now.Id}: {now.Phase}{((now.Message ?? now.Why) is { } message ? ": " + message : "")}");
            return result.GetValue(wait) && now.Phase != "succeeded" ? ExitCodes.Failed : ExitCodes.Ok;
        });
        return command;
    }

    private static Command History()
    {
        var id = Id();
        var command = new Command("history", "Lists the runs of a job that are kept, newest first.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            Runs(terminal, await client.Jobs.Get(result.GetRequiredValue(id)).ListRunsAsync(cancellationToken), "It has never run.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Logs()
    {
        var id = Id();
        var run = new Argument<string?>("RUN") { Description = "The run. Default: the last one.", Arity = ArgumentArity.ZeroOrOne };
        var error = new Option<bool>("--stderr") { Description = "Standard error instead of standard output." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written, until the task ends or Ctrl-C." };
        var index = new Option<int?>("--index") { Description = "The index of an array. Default: the first.", HelpName = "N" };
        var command = new Command("logs", "Prints what a run has written.") { id, run, follow, error, index };
        command.Run(result => async (client, _, cancellationToken) =>
        {
            var runs = await client.Jobs.Get(result.GetRequiredValue(id)).ListRunsAsync(cancellationToken);
            var name = result.GetValue(run);
            var chosen = (name is null ? (runs.Count > 0 ? runs[0] : null) : runs.FirstOrDefault(one => one.Id == name))
                ?? throw new CommandException(ExitCodes.NotFound, name is null ? "it has never run" : $"there is no run {name}");
            var task = chosen.Tasks.LastOrDefault(one => one.AgentId is not null && (result.GetValue(index) is not { } number || one.Index == number))
                ?? throw new CommandException(ExitCodes.NotFound, $"no such task of run {chosen.Id} has had a place yet");
            var options = new LogOptions { StandardError = result.GetValue(error), Follow = result.GetValue(follow) };
            await foreach (var part in client.Jobs.Get(chosen.Job).GetRun(chosen.Id).ReadLogAsync(task, options, cancellationToken))
            {
                if (!await RawOutput.WriteAsync(part, cancellationToken))
                    break;
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Stop()
    {
        var id = Id();
        var run = new Argument<string?>("RUN") { Description = "The run. Default: every run that goes on.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("stop", "Ends runs of a job.") { id, run };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var job = client.Jobs.Get(result.GetRequiredValue(id));
            if (result.GetValue(run) is { } name)
                await job.GetRun(name).StopAsync(cancellationToken);
            else
                await job.StopAsync(cancellationToken);
            return await ShowAsync(terminal, await job.GetJsonAsync(cancellationToken), $"runs of {job.Id} are being stopped");
        });
        return command;
    }

    private static Command Rerun()
    {
        var id = Id();
        var run = new Argument<string?>("RUN") { Description = "The run. Default: the last one that has ended.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("rerun", "Runs a run again, with what its job is now, and what hangs on it.") { id, run };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var job = client.Jobs.Get(result.GetRequiredValue(id));
            var earlier = result.GetValue(run) ?? await LastAsync(job, ended: true, cancellationToken);
            var again = await job.GetRun(earlier).RerunAsync(cancellationToken);
            if (terminal.IsJson)
                terminal.Json(new JsonObject { ["id"] = again.Id, ["replaces"] = earlier });
            else
                terminal.Line($"run {again.Id} is in the place of {earlier}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Backfill()
    {
        var id = Id();
        var from = new Option<DateTimeOffset?>("--from") { Description = "The first instant that may be due.", HelpName = "INSTANT", CustomParser = Instant };
        var until = new Option<DateTimeOffset?>("--until") { Description = "The last one. Default: now.", HelpName = "INSTANT", CustomParser = Instant };
        var parallel = new Option<int>("--parallel") { Description = "How many runs go on at a time. Default: 1.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var stop = new Option<int?>("--stop") { Description = "Stop a backfill that goes on.", HelpName = "NUMBER" };
        var command = new Command("backfill", "Runs the due times of a window in the past; without --from it lists what was asked for.") { id, from, until, parallel, stop };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var job = client.Jobs.Get(result.GetRequiredValue(id));
            IReadOnlyList<Backfill> shown = result.GetValue(stop) is { } number ? await job.StopBackfillAsync(number, cancellationToken)
                : result.GetValue(from) is { } begin ? [await job.BackfillAsync(begin, result.GetValue(until) ?? DateTimeOffset.UtcNow, result.GetValue(parallel), cancellationToken)]
                : await job.ListBackfillsAsync(cancellationToken);
            terminal.Table(
                ["NUMBER", "FROM", "UNTIL", "PARALLEL", "MADE", "OK", "FAILED", "STATE"],
                shown.Select(one => new[]
                {
                    one.Number.ToString(), Text(one.From), Text(one.Until), one.Parallelism.ToString(), one.Made.ToString(), one.Succeeded.ToString(), one.Failed.ToString(), StateOf(one),
                }),
                () => new JsonArray([.. shown.Select(one => (JsonNode)new JsonObject
                {
                    ["number"] = one.Number,
                    ["from"] = one.From,
                    ["until"] = one.Until,
                    ["parallelism"] = one.Parallelism,
                    ["made"] = one.Made,
                    ["succeeded"] = one.Succeeded,
                    ["failed"] = one.Failed,
                    ["state"] = StateOf(one),
                })]),
                "Nothing was asked for. './platform job backfill ID --from INSTANT' asks for it.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string StateOf(Backfill backfill) => backfill.EndedAt is null ? "active" : backfill.Stopped ? "stopped" : "ended";

    private static DateTimeOffset? Instant(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            return instant;
        result.AddError($"'{text}' is no instant; write one such as 2026-11-29T04:00:00Z");
        return null;
    }

    private static Command Graph()
    {
        var id = new Argument<string?>("ID") { Description = "With --run: a job of the graph.", Arity = ArgumentArity.ZeroOrOne };
        var run = new Option<string?>("--run") { Description = "Show the run of the whole graph that this run of the job is part of. Default: its last run.", Arity = ArgumentArity.ZeroOrOne, HelpName = "RUN" };
        var command = new Command("graph", "Prints which job follows which, one edge a line; or a run of a whole graph.") { id, run };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            if (result.GetResult(run) is not null || result.GetValue(id) is not null)
            {
                var name = result.GetValue(id) ?? throw new CommandException(ExitCodes.Usage, "--run needs the ID of a job of the graph");
                var job = client.Jobs.Get(name);
                Show(terminal, await job.GetRun(result.GetValue(run) ?? await LastAsync(job, ended: false, cancellationToken)).GetGraphAsync(cancellationToken));
                return ExitCodes.Ok;
            }
            var edges = (await client.Jobs.ListAsync(cancellationToken)).SelectMany(job => job.Children.Select(child => (Parent: job.Id, Child: child))).ToList();
            if (terminal.IsJson)
                terminal.Json(new JsonArray([.. edges.Select(edge => (JsonNode)new JsonObject { ["parent"] = edge.Parent, ["child"] = edge.Child })]));
            else
                edges.ForEach(edge => terminal.Line($"{edge.Parent} -> {edge.Child}"));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Show(Terminal terminal, RunGraph graph)
    {
        if (!terminal.IsJson)
            terminal.Line($"the graph as a whole: {graph.Phase}");
        terminal.Table(
            ["JOB", "STATE", "RUN", "AFTER", "STARTED", "ENDED", "MESSAGE"],
            graph.Nodes.Select(node => new[]
            {
                node.Job, node.State, node.Run?.Id ?? "", string.Join(", ", node.Parents), Text(node.Run?.StartedAt), Text(node.Run?.EndedAt), node.Run?.Message ?? "",
            }),
            () => new JsonObject
            {
                ["phase"] = graph.Phase,
                ["nodes"] = new JsonArray([.. graph.Nodes.Select(node => (JsonNode)new JsonObject
                {
                    ["job"] = node.Job,
                    ["state"] = node.State,
                    ["run"] = node.Run?.Id,
                    ["parents"] = new JsonArray([.. node.Parents.Select(parent => (JsonNode)parent)]),
                    ["message"] = node.Run?.Message,
                })]),
            },
            "There are no jobs in it any more.");
    }

    private static async Task<string> LastAsync(JobHandle job, bool ended, CancellationToken cancellationToken) =>
        (await job.ListRunsAsync(cancellationToken)).FirstOrDefault(run => run.Ended || !ended)?.Id
            ?? throw new CommandException(ExitCodes.NotFound, ended ? $"no run of {job.Id} has ended" : $"{job.Id} has never run");

    private static void Runs(Terminal terminal, IReadOnlyList<Run> runs, string ifNone) => terminal.Table(
        ["RUN", "PHASE", "BY", "DUE", "STARTED", "ENDED", "DONE", "MESSAGE"],
        runs.Select(run => new[] { run.Id, run.Phase, run.Trigger, Text(run.DueAt), Text(run.StartedAt), Text(run.EndedAt), $"{run.Succeeded}/{run.Count}", run.Message ?? run.Why ?? "" }),
        () => new JsonArray([.. runs.Select(run => (JsonNode)new JsonObject
        {
            ["id"] = run.Id,
            ["phase"] = run.Phase,
            ["trigger"] = run.Trigger,
            ["dueAt"] = run.DueAt,
            ["startedAt"] = run.StartedAt,
            ["endedAt"] = run.EndedAt,
            ["count"] = run.Count,
            ["succeeded"] = run.Succeeded,
            ["failed"] = run.Failed,
            ["message"] = run.Message,
            ["why"] = run.Why,
        })]),
        ifNone);
}
