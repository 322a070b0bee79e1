using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Contracts.Jobs;
using Platform.Core.Jobs;
using Platform.Core.Schedules;
using Platform.Core.Tasks;

namespace Platform.Api.Chronos;

/// <summary>Writes jobs in Chronos' JSON.</summary>
internal static class ChronosWriter
{
    /// <summary>One task of a job's statistics.</summary>
    internal static JsonObject Task(JobStatus job, RunTask task) => new()
    {
        ["taskId"] = task.TaskId,
        ["jobName"] = job.Spec.Id,
        ["slaveId"] = task.AgentId ?? "",
        ["startTime"] = ShortTime(task.StartedAt),
        ["endTime"] = ShortTime(task.EndedAt),
        ["duration"] = task is { StartedAt: { } began, EndedAt: { } ended } ? Duration(ended - began) : null,
        ["status"] = !task.Ended ? "Running" : task.State == TaskState.Finished ? "Success" : "Fail",
        ["numElementsProcessed"] = task.Elements,
    };

    internal static JsonObject Job(JobStatus job)
    {
        var spec = job.Spec;
        // What was given is given back, with what it left out.
        var node = spec.Extras.Find(ChronosReader.Extra) is { } given ? (JsonObject)JsonNode.Parse(given)! : [];
        void Default(string name, JsonNode? value)
        {
            if (node[name] is null)
                node[name] = value;
        }
        node["name"] = spec.Id;
        Default("command", spec.Task.Command.Shell ?? (spec.Task.Command.Argv.IsEmpty ? "" : spec.Task.Command.Argv[0]));
        Default("shell", spec.Task.Command.Argv.IsEmpty);
        Default("executor", "");
        Default("executorFlags", "");
        Default("taskInfoData", "");
        node["retries"] = spec.Retry.Limit ?? int.MaxValue;
        Default("owner", "");
        Default("ownerName", "");
        node["description"] = spec.Description;
        node["cpus"] = spec.Task.Cpus;
        node["disk"] = spec.Task.Disk;
        node["mem"] = spec.Task.Mem;
        node["disabled"] = IsDisabled(job);
        node["softError"] = spec.SoftError;
        Default("dataProcessingJobType", false);
        Default("fetch", new JsonArray([.. spec.Task.Fetch.Select(fetch => (JsonNode)new JsonObject
        {
            ["uri"] = fetch.Uri,
            ["executable"] = fetch.Executable,
            ["cache"] = fetch.Cache,
            ["extract"] = fetch.Extract,
        })]));
        Default("uris", new JsonArray([.. spec.Task.Fetch.Select(fetch => (JsonNode)fetch.Uri)]));
        Default("environmentVariables", new JsonArray([.. spec.Task.Env.Where(variable => variable.Value.Secret is null && variable.Key != ChronosReader.OwnerVariable)
            .Select(variable => (JsonNode)new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value.Text })]));
        Default("arguments", new JsonArray([.. spec.Task.Command.Argv.Skip(1).Select(argument => (JsonNode)argument)]));
        Default("highPriority", false);
        Default("runAsUser", spec.Task.Command.User ?? "");
        node["concurrent"] = spec.Concurrency == ConcurrencyPolicy.Allow;
        Default("constraints", new JsonArray([.. spec.Task.Constraints.Select(constraint =>
            (JsonNode)new JsonArray(constraint.Field, constraint.Operator == "IS" ? "EQUALS" : constraint.Operator, constraint.Value ?? ""))]));
        node["maxCompletionTime"] = (long)(spec.Task.TimeoutSeconds ?? 0);
        node["successCount"] = job.Successes;
        node["errorCount"] = job.Failures;
        node["lastSuccess"] = Time(job.LastSuccess);
        node["lastError"] = Time(job.LastFailure);
        node["errorsSinceLastSuccess"] = job.FailuresInRow;
        node.Remove("schedule");
        node.Remove("parents");
        if (spec.Schedule is { } schedule)
        {
            node["schedule"] = Schedule(job);
            node["scheduleTimeZone"] = schedule.Timing.Zone ?? "";
        }
        if (!spec.Parents.IsEmpty)
            node["parents"] = new JsonArray([.. spec.Parents.Select(parent => (JsonNode)parent)]);
        return node;
    }

    internal static JsonObject Summary(JobStatus job) => new()
    {
        ["name"] = job.Spec.Id,
        ["status"] = Status(job),
        ["state"] = State(job),
        ["schedule"] = job.Spec.Schedule is null ? "" : Schedule(job),
        ["parents"] = new JsonArray([.. job.Spec.Parents.Select(parent => (JsonNode)parent)]),
        ["disabled"] = IsDisabled(job),
    };

    /// <summary>What came last, a success or a failure; fresh when neither has.</summary>
    internal static string Status(JobStatus job) => (job.LastSuccess, job.LastFailure) switch
    {
        (null, null) => "fresh",
        (null, _) => "failure",
        (_, null) => "success",
        var (success, failure) => success > failure ? "success" : "failure",
    };

    /// <summary>How long runs have taken, in milliseconds as Chronos counts them.</summary>
    internal static JsonObject Histogram(RunDurations taken) => new()
    {
        ["75thPercentile"] = taken.P75 * 1000,
        ["95thPercentile"] = taken.P95 * 1000,
        ["98thPercentile"] = taken.P98 * 1000,
        ["99thPercentile"] = taken.P99 * 1000,
        ["median"] = taken.Median * 1000,
        ["mean"] = taken.Mean * 1000,
        ["count"] = taken.Count,
    };

    /// <summary>Counts and times of all jobs in the form of Dropwizard's metrics, under Chronos' names.</summary>
    internal static JsonObject Metrics(IReadOnlyList<JobStatus> all) => new()
    {
        ["version"] = "3.0.0",
        ["gauges"] = new JsonObject(),
        ["counters"] = new JsonObject(all.SelectMany(job => (KeyValuePair<string, JsonNode?>[])
        [
            new($"jobs.run.success.{job.Spec.Id}", new JsonObject { ["count"] = job.Successes }),
            new($"jobs.run.failure.{job.Spec.Id}", new JsonObject { ["count"] = job.Failures }),
        ])),
        ["histograms"] = new JsonObject(all.Select(job => KeyValuePair.Create($"jobs.run.time.{job.Spec.Id}", (JsonNode?)new JsonObject
        {
            ["count"] = job.Durations.Count,
            ["mean"] = job.Durations.Mean * 1000,
            ["p50"] = job.Durations.Median * 1000,
            ["p75"] = job.Durations.P75 * 1000,
            ["p95"] = job.Durations.P95 * 1000,
            ["p98"] = job.Durations.P98 * 1000,
            ["p99"] = job.Durations.P99 * 1000,
        }))),
        ["meters"] = new JsonObject(),
        ["timers"] = new JsonObject(),
    };

    /// <summary>What it does now.</summary>
    internal static string State(JobStatus job)
    {
        var active = job.LiveRuns.Count(run => run.Run.Phase == RunPhase.Active);
        return active > 1 ? string.Create(CultureInfo.InvariantCulture, $"{active} running")
            : active == 1 ? "running"
            : job.LiveRuns.Count > 0 ? "queued" : "idle";
    }

    // As Chronos shows it: what is left, from the next due time on.
    internal static string Schedule(JobStatus job)
    {
        var (expression, zone) = (job.Spec.Schedule!.Timing.Expression, job.Spec.Schedule.Timing.Zone);
        if (!expression.StartsWith('R') || expression.Split('/') is not [_, var start, var period])
            return expression;
        var count = job.DueLeft?.ToString(CultureInfo.InvariantCulture) ?? "";
        // By the wall clock of its zone, which counts when it comes back.
        var shown = job.NextDue is { } next && !string.IsNullOrEmpty(zone) ? ScheduleZone.Find(zone)?.Show(next) ?? next : job.NextDue;
        return shown is { } at ? $"R{count}/{at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture)}{(at.Offset == TimeSpan.Zero ? "Z" : at.ToString("zzz", CultureInfo.InvariantCulture))}/{period}" : $"R{(job.DueLeft == 0 ? "0" : count)}/{start}/{period}";
    }

    private static bool IsDisabled(JobStatus job) => job.Spec.Disabled || (job.Spec.Schedule is not null && job is { NextDue: null, Paused: null } && job.DueLeft == 0);

    // As Chronos shows times and durations of tasks: 11/30/26 02:30:00 and 1h2m3s.
    private static string ShortTime(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("MM/dd/yy HH:mm:ss", CultureInfo.InvariantCulture) ?? "N/A";

    private static string Duration(TimeSpan taken)
    {
        var hours = (long)taken.TotalHours;
        return string.Create(CultureInfo.InvariantCulture, $"{(hours > 0 ? $"{hours}h" : "")}{(taken.Minutes > 0 ? $"{taken.Minutes}m" : "")}{taken.Seconds}s");
    }

    internal static string Time(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
}
