using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Contracts.Jobs;
using Platform.Core.Jobs;
using Platform.Core.Schedules;
using Platform.Core.Tasks;

namespace Platform.Api.Metronome;

/// <summary>Writes jobs in Metronome's JSON.</summary>
internal static class MetronomeWriter
{
    /// <summary>A job with its schedules, as Metronome always shows them.</summary>
    internal static JsonObject Job(JobSpec spec, DateTimeOffset? next)
    {
        var job = new JsonObject
        {
            ["id"] = spec.Id,
            ["description"] = spec.Description,
            ["labels"] = Map(spec.Labels),
            ["dependencies"] = new JsonArray([.. spec.Parents.Select(parent => (JsonNode)new JsonObject { ["id"] = parent })]),
            ["run"] = Run(spec),
            ["schedules"] = spec.Schedule is { } schedule ? new JsonArray(Schedule(schedule, spec, next)) : new JsonArray(),
        };
        if (spec.Description.Length == 0)
            job.Remove("description");
        return job;
    }

    internal static JsonObject Schedule(JobScheduleSpec schedule, JobSpec spec, DateTimeOffset? next) => new()
    {
        ["id"] = schedule.Id,
        ["cron"] = schedule.Timing.Expression,
        ["timezone"] = schedule.Timing.Zone ?? "UTC",
        ["startingDeadlineSeconds"] = (long)(schedule.StartingDeadlineSeconds ?? 900),
        ["concurrencyPolicy"] = spec.Concurrency == ConcurrencyPolicy.Forbid ? "FORBID" : "ALLOW",
        ["enabled"] = schedule.Enabled,
        // Also of one that does not count now.
        ["nextRunAt"] = Time(next ?? NextOf(schedule, spec)),
    };

    internal static JsonObject Run(RunStatus status, string jobId) => new()
    {
        ["id"] = status.Run.RunId,
        ["jobId"] = jobId,
        ["status"] = status.Run.Phase switch
        {
            RunPhase.Waiting => "INITIAL",
            RunPhase.Starting => "STARTING",
            RunPhase.Active => "ACTIVE",
            RunPhase.Succeeded => "SUCCESS",
            _ => "FAILED",
        },
        ["createdAt"] = Time(status.Run.CreatedAt),
        ["completedAt"] = Time(status.Run.EndedAt),
        ["tasks"] = new JsonArray([.. status.Tasks.Where(task => task.AgentId is not null).Select(Task)]),
    };

    internal static JsonObject HistorySummary(JobStatus job) => new()
    {
        ["successCount"] = job.Successes,
        ["failureCount"] = job.Failures,
        ["lastSuccessAt"] = Time(job.LastSuccess),
        ["lastFailureAt"] = Time(job.LastFailure),
    };

    internal static JsonObject History(JobStatus job, IReadOnlyList<RunStatus> ended)
    {
        var history = HistorySummary(job);
        history["successfulFinishedRuns"] = new JsonArray([.. ended.Where(run => run.Run.Phase == RunPhase.Succeeded).Select(Finished)]);
        history["failedFinishedRuns"] = new JsonArray([.. ended.Where(run => run.Run.Phase != RunPhase.Succeeded).Select(Finished)]);
        return history;
    }

    internal static string? Time(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+0000'", CultureInfo.InvariantCulture);

    private static DateTimeOffset? NextOf(JobScheduleSpec schedule, JobSpec spec)
    {
        var now = TimeProvider.System.GetUtcNow();
        return ScheduleParser.Parse(schedule.Timing, now, ScheduleParser.SeedOf(spec.Id), [])?.NextAfter(now);
    }

    private static JsonNode Finished(RunStatus status) => new JsonObject
    {
        ["id"] = status.Run.RunId,
        ["createdAt"] = Time(status.Run.CreatedAt),
        ["finishedAt"] = Time(status.Run.EndedAt),
        ["tasks"] = new JsonArray([.. status.Tasks.Select(task => (JsonNode)task.TaskId)]),
    };

    private static JsonNode Task(RunTask task)
    {
        var node = new JsonObject
        {
            ["id"] = task.TaskId,
            ["startedAt"] = Time(task.StartedAt ?? task.CreatedAt),
            ["status"] = task.State.ToWireName(),
        };
        if (task.EndedAt is { } ended)
            node["completedAt"] = Time(ended);
        return node;
    }

    // What was given is given back; what was not is filled in.
    private static JsonObject Run(JobSpec spec)
    {
        var run = spec.Extras.Find(MetronomeReader.Extra) is { } given ? (JsonObject)JsonNode.Parse(given)! : Derived(spec);
        void Default(string name, JsonNode? value)
        {
            if (run[name] is null)
                run[name] = value;
        }
        Default("cpus", spec.Task.Cpus);
        Default("mem", spec.Task.Mem);
        Default("disk", spec.Task.Disk);
        Default("gpus", spec.Task.Gpus);
        Default("env", new JsonObject());
        Default("placement", new JsonObject { ["constraints"] = new JsonArray() });
        Default("artifacts", new JsonArray());
        Default("maxLaunchDelay", (long)(spec.MaxLaunchDelaySeconds ?? 3600));
        Default("volumes", new JsonArray());
        Default("networks", new JsonArray());
        Default("restart", new JsonObject { ["policy"] = spec.Retry.Limit == 0 ? "NEVER" : "ON_FAILURE" });
        Default("secrets", new JsonObject());
        if (run["restart"] is JsonObject restart && restart["policy"] is null)
            restart["policy"] = "NEVER";
        foreach (var artifact in (run["artifacts"] as JsonArray ?? []).OfType<JsonObject>())
            Fill(artifact, ("extract", true), ("executable", false), ("cache", false));
        Fill(run["docker"] as JsonObject, ("privileged", false), ("parameters", new JsonArray()), ("forcePullImage", false));
        Fill(run["ucr"] as JsonObject, ("privileged", false));
        Fill(run["ucr"]?["image"] as JsonObject, ("kind", "docker"), ("forcePull", false));
        return run;
    }

    private static void Fill(JsonObject? node, params (string Name, JsonNode Value)[] defaults)
    {
        foreach (var (name, value) in defaults)
        {
            if (node is not null && node[name] is null)
                node[name] = value;
        }
    }

    // A job that was made through another surface.
    private static JsonObject Derived(JobSpec spec)
    {
        var run = new JsonObject();
        if (spec.Task.Command.Shell is { } line)
            run["cmd"] = line;
        if (!spec.Task.Command.Argv.IsEmpty)
            run["args"] = new JsonArray([.. spec.Task.Command.Argv.Select(argument => (JsonNode)argument)]);
        if (spec.Task.Command.User is { } user)
            run["user"] = user;
        if (spec.Task.Image is { } image)
            run["docker"] = new JsonObject { ["image"] = image.Reference, ["forcePullImage"] = image.ForcePull, ["privileged"] = image.Privileged };
        run["placement"] = new JsonObject
        {
            ["constraints"] = new JsonArray([.. spec.Task.Constraints.Select(constraint =>
                (JsonNode)new JsonObject { ["attribute"] = constraint.Field, ["operator"] = constraint.Operator, ["value"] = constraint.Value })]),
        };
        run["secrets"] = new JsonObject(spec.Task.Secrets.Select(secret => KeyValuePair.Create(secret.Key, (JsonNode?)new JsonObject { ["source"] = secret.Value })));
        run["taskKillGracePeriodSeconds"] = spec.Task.KillGraceSeconds;
        run["env"] = new JsonObject(spec.Task.Env.Select(variable => KeyValuePair.Create(
            variable.Key, variable.Value.Secret is { } secret ? new JsonObject { ["secret"] = secret } : (JsonNode?)(variable.Value.Text ?? ""))));
        run["artifacts"] = new JsonArray([.. spec.Task.Fetch.Select(fetch => (JsonNode)new JsonObject
        {
            ["uri"] = fetch.Uri,
            ["extract"] = fetch.Extract,
            ["executable"] = fetch.Executable,
            ["cache"] = fetch.Cache,
        })]);
        return run;
    }

    private static JsonObject Map(IEnumerable<KeyValuePair<string, string>> map) => new(map.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
}
