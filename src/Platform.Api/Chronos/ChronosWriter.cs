using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Contracts.Jobs;
using Platform.Core.Jobs;
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
        ["startTime"] = Time(task.StartedAt),
        ["endTime"] = Time(task.EndedAt),
        ["duration"] = task is { StartedAt: { } began, EndedAt: { } ended } ? Math.Round((ended - began).TotalSeconds, 3) : null,
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
        Default("uris", new JsonArray());
        Default("environmentVariables", new JsonArray([.. spec.Task.Env.Where(variable => variable.Value.Secret is null)
            .Select(variable => (JsonNode)new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value.Text })]));
        Default("arguments", new JsonArray([.. spec.Task.Command.Argv.Skip(1).Select(argument => (JsonNode)argument)]));
        Default("highPriority", false);
        Default("runAsUser", spec.Task.Command.User ?? "");
        node["concurrent"] = spec.Concurrency == ConcurrencyPolicy.Allow;
        Default("constraints", new JsonArray([.. spec.Task.Constraints.Select(constraint =>
            (JsonNode)new JsonArray(constraint.Field, constraint.Operator == "IS" ? "EQUALS" : constraint.Operator, constraint.Value ?? ""))]));
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

    /// <summary>How the last run ended: success, failure, or fresh when none has.</summary>
    internal static string Status(JobStatus job) => job.LastPhase switch
    {
        null => "fresh",
        RunPhase.Succeeded => "success",
        _ => "failure",
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
    private static string Schedule(JobStatus job)
    {
        var expression = job.Spec.Schedule!.Timing.Expression;
        if (!expression.StartsWith('R') || expression.Split('/') is not [_, var start, var period])
            return expression;
        var count = job.DueLeft?.ToString(CultureInfo.InvariantCulture) ?? "";
        return job.NextDue is { } next ? $"R{count}/{Time(next)}/{period}" : $"R{(job.DueLeft == 0 ? "0" : count)}/{start}/{period}";
    }

    private static bool IsDisabled(JobStatus job) => job.Spec.Disabled || (job.Spec.Schedule is not null && job is { NextDue: null, Paused: null } && job.DueLeft == 0);

    internal static string Time(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
}
