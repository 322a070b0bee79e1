using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Core.Collections;
using Platform.Core.Schedules;

namespace Platform.Cli.Commands;

/// <summary><c>platform schedule</c>: what a schedule means, without a control plane.</summary>
internal static class ScheduleCommand
{
    private static readonly string[] Dialects = ["unix", "metronome"];

    internal static Command Build() => new("schedule", "Shows when a schedule is due, without a control plane.") { Next(), Describe() };

    private static Command Next()
    {
        var asked = new ScheduleOptions();
        var from = new Option<DateTimeOffset?>("--from")
        {
            Description = "Only what is due after this instant, such as 2026-03-01T13:00:00Z; without an offset it is UTC. Default: now.",
            HelpName = "INSTANT",
            CustomParser = result =>
            {
                if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
                    return instant;
                result.AddError($"--from '{result.Tokens[0].Value}' is no instant; write one such as 2026-03-01T13:00:00Z");
                return null;
            },
        };
        var count = new Option<int>("--count") { Description = "How many at most. Default: 5.", HelpName = "N", DefaultValueFactory = _ => 5 };
        count.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var number) && number is < 1 or > 100_000)
                result.AddError($"--count {text} is not in 1-100000");
        });
        var command = new Command("next", "Prints the next due instants, one a line.") { from, count };
        asked.AddTo(command);
        command.SetAction(result =>
        {
            var terminal = new Terminal(result.GetValue(GlobalOptions.Json), Console.Out, Console.Error);
            var after = result.GetValue(from) ?? DateTimeOffset.UtcNow;
            if (asked.Read(result, terminal, after) is not { } schedule)
                return ExitCodes.Failed;
            var due = schedule.After(after, result.GetValue(count)).Select(instant => Text(schedule, instant)).ToList();
            if (terminal.IsJson)
                terminal.Json(new JsonArray([.. due.Select(text => (JsonNode)text)]));
            else
                due.ForEach(terminal.Line);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Describe()
    {
        var asked = new ScheduleOptions();
        var command = new Command("describe", "Says a schedule in words.");
        asked.AddTo(command);
        command.SetAction(result =>
        {
            var terminal = new Terminal(result.GetValue(GlobalOptions.Json), Console.Out, Console.Error);
            var now = DateTimeOffset.UtcNow;
            if (asked.Read(result, terminal, now) is not { } schedule)
                return ExitCodes.Failed;
            var next = schedule.NextAfter(now) is { } instant ? Text(schedule, instant) : null;
            if (terminal.IsJson)
            {
                terminal.Json(new JsonObject { ["description"] = schedule.Describe(), ["zone"] = schedule.Zone.Id, ["next"] = next });
                return ExitCodes.Ok;
            }
            terminal.Line(schedule.Describe());
            terminal.Line(next is null ? "It is not due any more." : $"Next: {next}");
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>An instant by the wall clock of the schedule's zone, in ISO 8601.</summary>
    internal static string Text(Schedule schedule, DateTimeOffset instant)
    {
        var shown = schedule.Zone.Show(instant);
        var fraction = shown.Ticks % TimeSpan.TicksPerSecond == 0 ? "" : ".fff";
        return shown.ToString($"yyyy-MM-dd'T'HH:mm:ss{fraction}", CultureInfo.InvariantCulture) + (shown.Offset == TimeSpan.Zero ? "Z" : shown.ToString("zzz", CultureInfo.InvariantCulture));
    }

    /// <summary>A schedule as it is written on the command line.</summary>
    private sealed class ScheduleOptions
    {
        private readonly Argument<string> _expression = NameArgument.Of("EXPRESSION", "A cron expression, or an interval such as R5/2026-03-01T13:00:00Z/P1D. In quotes.");
        private readonly Option<string?> _zone = new("--zone") { Description = "The time zone, by its IANA name. Default: UTC; for an interval the offset of its start.", HelpName = "ZONE" };
        private readonly Option<string> _dialect = new("--dialect")
        {
            Description = "unix: a day that matches either of two day fields is due; metronome: it must match both. Default: unix.",
            DefaultValueFactory = _ => Dialects[0],
        };
        private readonly Option<string[]> _exclude = new("--exclude") { Description = "A day to leave out: 2026-12-25, 12-25 for every year, or a range such as 12-24/01-02. May be repeated.", HelpName = "DAY" };
        private readonly Option<string> _name = new("--name") { Description = "The job's id, which decides the values of H.", HelpName = "ID", DefaultValueFactory = _ => "" };

        internal ScheduleOptions() => _dialect.AcceptOnlyFromAmong(Dialects);

        internal void AddTo(Command command)
        {
            command.Add(_expression);
            command.Add(_zone);
            command.Add(_dialect);
            command.Add(_exclude);
            command.Add(_name);
        }

        internal Schedule? Read(ParseResult result, Terminal terminal, DateTimeOffset now)
        {
            var spec = new ScheduleSpec
            {
                Expression = result.GetRequiredValue(_expression),
                Zone = result.GetValue(_zone),
                Dialect = result.GetValue(_dialect) == Dialects[1] ? CronDialect.Metronome : CronDialect.Unix,
                Exclude = (result.GetValue(_exclude) ?? []).ToValueList(),
            };
            var problems = new List<SpecProblem>();
            var schedule = ScheduleParser.Parse(spec, now, ScheduleParser.SeedOf(result.GetValue(_name) ?? ""), problems);
            foreach (var problem in problems)
                terminal.Error($"{problem.Path}: {problem.Message}");
            return schedule;
        }
    }
}
