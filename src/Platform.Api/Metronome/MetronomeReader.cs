using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Platform.Api.Jobs;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Placement;
using Platform.Core.Schedules;
using Platform.Core.Tasks;

namespace Platform.Api.Metronome;

/// <summary>Makes jobs of Metronome's JSON.</summary>
internal static partial class MetronomeReader
{
    /// <summary>The name of what is kept of the definition for readers.</summary>
    internal const string Extra = "metronome";

    internal static JobSpec ReadJob(JsonFields job, string? id, JobSpec? before)
    {
        var name = id ?? job.RequiredText("id");
        if (!Id().IsMatch(name))
            job.Refuse("id", $"'{name}' is no id of a job; use lower-case letters, digits and '-' in parts that are joined by '.'");
        if (!job.Has("run"))
            job.Refuse("run", "is missing");
        var run = job.Object("run");
        var restart = run?.Object("restart");
        var restarts = restart?.Text("policy") switch
        {
            null or "NEVER" => false,
            "ON_FAILURE" => true,
            var other => Refused(restart, "policy", $"'{other}' is not a valid restart policy. Allowed values: NEVER, ON_FAILURE"),
        };
        var labels = job.TextMap("labels");
        var task = run is null ? new() { Command = new() { Shell = "true" } } : ReadRun(run);
        // What Metronome has no words for stays as it is.
        return (before ?? new() { Id = name, Task = task }) with
        {
            Id = name,
            Description = job.Text("description") ?? "",
            Labels = labels,
            Parents = job.Objects("dependencies").Select(parent => parent.RequiredText("id")).ToValueList(),
            Task = task,
            Retry = new() { Limit = restarts ? null : 0, DeadlineSeconds = restart?.Number("activeDeadlineSeconds") },
            MaxLaunchDelaySeconds = run?.Number("maxLaunchDelay") ?? 3600,
            Extras = run is null ? default : ValueMap.Create((Extra, run.Json.ToJsonString())),
        };
    }

    internal static (JobScheduleSpec Schedule, ConcurrencyPolicy Concurrency) ReadSchedule(JsonFields schedule, string jobId, string? id, List<SpecProblem> problems)
    {
        var name = id ?? schedule.RequiredText("id");
        if (id is null && !ScheduleId().IsMatch(name))
            schedule.Refuse("id", $"'{name}' is no id of a schedule; use letters, digits, '_' and '-'");
        var zone = schedule.Text("timezone") ?? "UTC";
        if (ScheduleZone.Find(zone) is null)
        {
            schedule.Refuse("timezone", $"No time zone found with this id: {zone}");
            zone = "UTC";
        }
        var timing = new ScheduleSpec { Expression = schedule.RequiredText("cron"), Zone = zone, Dialect = CronDialect.Metronome };
        var wrong = new List<SpecProblem>();
        if (schedule.Has("cron") && ScheduleParser.Parse(timing, DateTimeOffset.UnixEpoch, ScheduleParser.SeedOf(jobId), wrong) is null)
            problems.Add(new(schedule.At("cron"), wrong[0].Message));
        var deadline = schedule.Number("startingDeadlineSeconds");
        if (deadline < 60)
            schedule.Refuse("startingDeadlineSeconds", "must be at least 60");
        var concurrency = schedule.Text("concurrencyPolicy") switch
        {
            null or "ALLOW" => ConcurrencyPolicy.Allow,
            "FORBID" => ConcurrencyPolicy.Forbid,
            var other => Refused(schedule, "concurrencyPolicy", $"'{other}' is not a valid concurrency policy. Allowed values: ALLOW, FORBID") ? default : ConcurrencyPolicy.Allow,
        };
        return (new() { Id = name, Timing = timing, Enabled = schedule.Flag("enabled") ?? true, StartingDeadlineSeconds = deadline ?? 900 }, concurrency);
    }

    private static JobTaskSpec ReadRun(JsonFields run)
    {
        var (cmd, args) = (run.Text("cmd"), run.Texts("args"));
        var image = run.Object("docker") is { } docker
            ? new ContainerImage { Containerizer = Containerizers.Docker, Reference = docker.RequiredText("image"), ForcePull = docker.Flag("forcePullImage") ?? false }
            : run.Object("ucr")?.Object("image") is { } ucr
                ? new ContainerImage { Containerizer = Containerizers.Docker, Reference = ucr.RequiredText("id"), ForcePull = ucr.Flag("forcePull") ?? false }
                : null;
        if (string.IsNullOrEmpty(cmd) && args is null or { IsEmpty: true } && image is null)
            run.Refuse("", "Cmd, args or docker image must be specified");
        if (cmd is not null && args is { IsEmpty: false })
            run.Refuse("args", "cmd and args exclude each other; give one of them");
        var mem = run.Number("mem") ?? 128;
        if (mem < 32)
            run.Refuse("mem", "must be at least 32");
        var user = run.Text("user");
        return new()
        {
            Command = args is { IsEmpty: false } ? new() { Argv = args.Value, User = user } : new() { Shell = string.IsNullOrEmpty(cmd) ? null : cmd, User = user },
            Cpus = run.Number("cpus") ?? 1,
            Mem = mem,
            Disk = run.Number("disk") ?? 0,
            Gpus = run.Integer("gpus") ?? 0,
            Env = ReadEnv(run),
            Secrets = run.Object("secrets") is { } secrets
                ? secrets.Json.Select(secret => KeyValuePair.Create(secret.Key, secrets.Object(secret.Key)?.RequiredText("source") ?? "")).ToValueMap()
                : default,
            Fetch = run.Objects("artifacts").Select(artifact => new FetchSpec
            {
                Uri = artifact.RequiredText("uri"),
                Extract = artifact.Flag("extract") ?? true,
                Executable = artifact.Flag("executable") ?? false,
                Cache = artifact.Flag("cache") ?? false,
            }).ToValueList(),
            Constraints = run.Object("placement") is { } placement ? placement.Objects("constraints").Select(ReadConstraint).ToValueList() : default,
            Image = image,
            Volumes = run.Objects("volumes").Where(volume => volume.Has("hostPath")).Select(volume => new VolumeSpec
            {
                ContainerPath = volume.RequiredText("containerPath"),
                HostPath = volume.Text("hostPath"),
                ReadOnly = volume.Text("mode") != "RW",
            }).ToValueList(),
            KillGraceSeconds = run.Number("taskKillGracePeriodSeconds") ?? 3,
        };
    }

    private static ConstraintSpec ReadConstraint(JsonFields constraint)
    {
        var attribute = constraint.RequiredText("attribute");
        var value = constraint.Text("value");
        var name = constraint.RequiredText("operator");
        return name switch
        {
            // EQ is the older name of IS.
            "EQ" or "IS" => new(attribute, "IS", value),
            "LIKE" or "UNLIKE" => new(attribute, name, value),
            _ => Refused(constraint, "operator", $"'{name}' is not a valid operator. Allowed values: IS, EQ, LIKE, UNLIKE") ? default! : new(attribute, "LIKE", ".*"),
        };
    }

    private static ValueMap<EnvValue> ReadEnv(JsonFields run)
    {
        if (run.Object("env") is not { } env)
            return default;
        var variables = new List<KeyValuePair<string, EnvValue>>();
        foreach (var (name, value) in env.Json)
        {
            if (value is JsonObject)
                variables.Add(new(name, new() { Secret = env.Object(name)?.RequiredText("secret") }));
            else if (value is JsonValue)
                variables.Add(new(name, new() { Text = value.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString() }));
        }
        return variables.ToValueMap();
    }

    private static bool Refused(JsonFields fields, string name, string message)
    {
        fields.Refuse(name, message);
        return false;
    }

    [GeneratedRegex("^[a-z0-9](-*[a-z0-9])*([.][a-z0-9](-*[a-z0-9])*)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex("^[a-zA-Z0-9_-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ScheduleId();
}
