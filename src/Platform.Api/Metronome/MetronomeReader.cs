using System.Text.RegularExpressions;
using Platform.Api.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Api.Metronome;

/// <summary>Makes jobs of Metronome's JSON.</summary>
internal static partial class MetronomeReader
{
    /// <summary>The name of what is kept of the definition for readers.</summary>
    internal const string Extra = "metronome";

    /// <summary>Reads a job.</summary>
    /// <param name="job">The definition.</param>
    /// <param name="id">The name in the address, which counts more than the one in the definition; null: there is none.</param>
    /// <param name="before">The job as it stands; null: it is new.</param>
    /// <param name="problems">Receives what is wrong.</param>
    internal static (JobSpec Spec, JobScheduleSpec? Schedule, ConcurrencyPolicy Concurrency) ReadJob(JsonFields job, string? id, JobSpec? before, List<SpecProblem> problems)
    {
        var given = id is null ? job.RequiredText("id") : job.Text("id");
        if (given is { Length: > 0 } && !Id().IsMatch(given))
            job.Refuse("id", $"'{given}' is no id of a job; use lower-case letters, digits and '-' in parts that are joined by '.'");
        if (!job.Has("run"))
            job.Refuse("run", "is missing");
        var run = job.Object("run");
        var name = id ?? given!;
        var parents = job.Objects("dependencies").Select(parent => parent.RequiredText("id")).ToValueList();
        var schedules = job.Objects("schedules");
        if (schedules.Count > 1)
            job.Refuse("schedules", "Only one schedule supported at the moment");
        if (schedules.Count > 0 && !parents.IsEmpty)
            job.Refuse("", "Jobs may not have both dependencies and schedules specified");
        var (schedule, concurrency) = schedules is [var only, ..] ? ReadSchedule(only, name, null, problems) : default;
        var (description, labels) = (job.Text("description") ?? "", job.TextMap("labels"));
        job.RefuseOthers();
        var (task, retry) = run is null ? (new JobTaskSpec { Command = new() { Shell = "true" } }, new RetrySpec()) : (MetronomeRun.Read(run), MetronomeRun.ReadRestart(run));
        var delay = run?.Number("maxLaunchDelay");
        if (delay < 1)
            run!.Refuse("maxLaunchDelay", "must be at least 1");
        run?.RefuseOthers();
        // What Metronome has no words for stays as it is.
        var spec = (before ?? new() { Id = name, Task = task }) with
        {
            Id = name,
            Description = description,
            Labels = labels,
            Parents = parents,
            Task = task with { Ports = before?.Task.Ports ?? 0, NamedPorts = before?.Task.NamedPorts ?? default, Priority = before?.Task.Priority ?? task.Priority, TimeoutSeconds = before?.Task.TimeoutSeconds, Role = before?.Task.Role ?? task.Role, UnreachableSeconds = before?.Task.UnreachableSeconds ?? task.UnreachableSeconds },
            Retry = retry,
            MaxLaunchDelaySeconds = delay ?? 3600,
            Extras = run is null ? default : ValueMap.Create((Extra, MetronomeRun.Kept(run.Json))),
        };
        return (spec, schedule, concurrency);
    }

    internal static (JobScheduleSpec Schedule, ConcurrencyPolicy Concurrency) ReadSchedule(JsonFields schedule, string jobId, string? id, List<SpecProblem> problems)
    {
        var given = id is null ? schedule.RequiredText("id") : schedule.Text("id");
        if (given is { Length: > 0 } && !ScheduleId().IsMatch(given))
            schedule.Refuse("id", $"'{given}' is no id of a schedule; use letters, digits, '_' and '-'");
        var zone = schedule.Text("timezone") ?? "UTC";
        if (ScheduleZone.Find(zone) is null)
        {
            schedule.Refuse("timezone", $"No time zone found with this id: {zone}");
            zone = "UTC";
        }
        var timing = new ScheduleSpec { Expression = schedule.RequiredText("cron"), Zone = zone, Dialect = CronDialect.Metronome };
        var wrong = new List<SpecProblem>();
        // Only cron: what else would be a schedule here is none for Metronome.
        if (schedule.Has("cron") && (timing.Expression.StartsWith('R') || ScheduleParser.Parse(timing, DateTimeOffset.UnixEpoch, ScheduleParser.SeedOf(jobId), wrong) is null))
            problems.Add(new(schedule.At("cron"), $"Can not read cron expression \"{timing.Expression}\"{(wrong.Count > 0 ? ": " + wrong[0].Message : "")}"));
        else if (MetronomeDays.Problem(timing.Expression) is { } days)
            problems.Add(new(schedule.At("cron"), $"Can not read cron expression \"{timing.Expression}\": {days}"));
        var deadline = schedule.Number("startingDeadlineSeconds");
        if (deadline < 60)
            schedule.Refuse("startingDeadlineSeconds", "must be at least 60");
        var concurrency = schedule.Text("concurrencyPolicy") switch
        {
            // DC/OS' command line writes an empty text for what it was not given.
            null or "" or "ALLOW" => ConcurrencyPolicy.Allow,
            "FORBID" => ConcurrencyPolicy.Forbid,
            var other => MetronomeRun.Refused(schedule, "concurrencyPolicy", $"'{other}' is not a valid concurrency policy. Allowed values: ALLOW, FORBID", ConcurrencyPolicy.Allow),
        };
        return (new() { Id = id ?? given!, Timing = timing, Enabled = schedule.Flag("enabled") ?? true, StartingDeadlineSeconds = deadline ?? 900 }, concurrency);
    }

    /// <summary>Where Metronome's clients find what is wrong with a definition.</summary>
    internal static string PathOf(string path) => path switch
    {
        "" => "/",
        "task.command" => "/run/cmd",
        "task.killGraceSeconds" => "/run/taskKillGracePeriodSeconds",
        "maxLaunchDelaySeconds" => "/run/maxLaunchDelay",
        "schedule.expression" => "/schedules(0)/cron",
        "schedule.zone" => "/schedules(0)/timezone",
        _ => "/" + Index().Replace(path, "($1)")
            .Replace("task.constraints", "run/placement/constraints", StringComparison.Ordinal)
            .Replace("parents", "dependencies", StringComparison.Ordinal)
            .Replace("schedule.", "schedules(0).", StringComparison.Ordinal)
            .Replace("retry.", "run.restart.", StringComparison.Ordinal)
            .Replace("task.", "run.", StringComparison.Ordinal)
            .Replace('.', '/'),
    };

    [GeneratedRegex("^[a-z0-9](-*[a-z0-9])*([.][a-z0-9](-*[a-z0-9])*)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex("^[a-zA-Z0-9_-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ScheduleId();

    [GeneratedRegex(@"\[([0-9]+)\]", RegexOptions.CultureInvariant)]
    private static partial Regex Index();
}
