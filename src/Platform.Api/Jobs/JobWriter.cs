using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Contracts.Jobs;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Api.Jobs;

/// <summary>Writes jobs in the form of our own API.</summary>
internal static class JobWriter
{
    internal static JsonObject Spec(JobSpec spec)
    {
        var node = new JsonObject { ["id"] = spec.Id };
        if (spec.Description.Length > 0)
            node["description"] = spec.Description;
        if (!spec.Labels.IsEmpty)
            node["labels"] = new JsonObject(spec.Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        if (spec.Schedule is { } schedule)
            node["schedule"] = Schedule(schedule);
        if (!spec.Parents.IsEmpty)
        {
            node["parents"] = Texts(spec.Parents);
            node["condition"] = Name(spec.Condition);
        }
        node["task"] = Task(spec.Task);
        node["concurrency"] = Name(spec.Concurrency);
        if (spec.Array is { } array)
            node["array"] = new JsonObject { ["from"] = array.From, ["to"] = array.To, ["parallelism"] = array.Parallelism, ["failFast"] = array.FailFast, ["gang"] = array.Gang };
        var retry = new JsonObject();
        if (spec.Retry.Limit is { } limit)
            retry["limit"] = limit;
        else if (spec.Retry.DeadlineSeconds is null)
            retry["limit"] = JobReader.Unlimited;
        retry["backoffSeconds"] = spec.Retry.BackoffSeconds;
        retry["backoffFactor"] = spec.Retry.BackoffFactor;
        retry["maxBackoffSeconds"] = spec.Retry.MaxBackoffSeconds;
        if (spec.Retry.DeadlineSeconds is { } deadline)
            retry["deadlineSeconds"] = deadline;
        node["retry"] = retry;
        node["disabled"] = spec.Disabled;
        node["softError"] = spec.SoftError;
        node["keptRuns"] = spec.KeptRuns;
        if (spec.MaxLaunchDelaySeconds is { } delay)
            node["maxLaunchDelaySeconds"] = delay;
        if (!spec.Notifications.IsEmpty)
            node["notifications"] = new JsonArray([.. spec.Notifications.Select(Notification)]);
        if (!spec.Triggers.IsEmpty)
        {
            node["triggers"] = new JsonArray([.. spec.Triggers.Select(Trigger)]);
            node["triggersPerMinute"] = spec.TriggersPerMinute;
        }
        if (spec.PauseAfterFailures is { } most)
            node["pauseAfterFailures"] = most;
        if (spec.LateAfterSeconds is { } late)
            node["lateAfterSeconds"] = late;
        return node;
    }

    internal static JsonObject Status(JobStatus job) => new()
    {
        ["id"] = job.Spec.Id,
        ["spec"] = Spec(job.Spec),
        ["paused"] = job.Paused,
        ["nextDue"] = Time(job.NextDue),
        ["dueLeft"] = job.DueLeft,
        ["problem"] = job.Problem,
        ["children"] = Texts(job.Children),
        ["runs"] = new JsonArray([.. job.LiveRuns.Select(run => Run(run))]),
        ["successes"] = job.Successes,
        ["failures"] = job.Failures,
        ["failuresInRow"] = job.FailuresInRow,
        ["skipped"] = job.Skipped,
        ["lastSuccess"] = Time(job.LastSuccess),
        ["lastFailure"] = Time(job.LastFailure),
        ["untold"] = job.Untold,
        ["untoldError"] = job.UntoldError,
        ["lastRun"] = job.LastPhase is { } phase ? Name(phase) : null,
    };

    internal static JsonObject Run(RunStatus status, string? why = null) => new()
    {
        ["id"] = status.Run.RunId,
        ["job"] = status.Run.Spec.Id,
        ["number"] = status.Run.Number,
        ["trigger"] = Name(status.Run.Trigger),
        ["phase"] = Name(status.Run.Phase),
        ["dueAt"] = Time(status.Run.Nominal),
        ["createdAt"] = Time(status.Run.CreatedAt),
        ["startedAt"] = Time(status.Run.StartedAt),
        ["endedAt"] = Time(status.Run.EndedAt),
        ["late"] = status.Run.Late,
        ["causes"] = new JsonArray([.. status.Run.Causes.Select(cause => (JsonNode)new JsonObject { ["job"] = cause.JobId, ["run"] = cause.RunId })]),
        ["backfill"] = status.Run.Backfill,
        ["key"] = status.Run.Key,
        ["agentId"] = status.Run.AgentId,
        ["file"] = status.Run.Environment.Find(JobModel.FileVariable),
        ["replaces"] = Texts(status.Run.Replaces),
        ["output"] = new JsonObject(status.Run.Output.Select(value => KeyValuePair.Create(value.Key, (JsonNode?)value.Value))),
        ["message"] = status.Run.Message ?? status.Run.Stopping,
        ["why"] = why,
        ["count"] = status.Run.Count,
        ["succeeded"] = status.Run.Succeeded,
        ["failed"] = status.Run.Failed,
        ["tasks"] = new JsonArray([.. status.Tasks.Select(Task)]),
    };

    internal static string? Time(DateTimeOffset? instant) => instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    internal static JsonNode Backfill(BackfillState backfill) => new JsonObject
    {
        ["number"] = backfill.Number,
        ["from"] = Time(backfill.From),
        ["until"] = Time(backfill.Until),
        ["parallelism"] = backfill.Parallelism,
        ["made"] = backfill.Made,
        ["succeeded"] = backfill.Succeeded,
        ["failed"] = backfill.Failed,
        ["stopped"] = backfill.Stopped,
        ["createdAt"] = Time(backfill.CreatedAt),
        ["endedAt"] = Time(backfill.EndedAt),
    };

    private static JsonNode Trigger(JobTriggerSpec trigger)
    {
        if (trigger.File is not { } file)
        {
            return new JsonObject
            {
                ["event"] = trigger.Event,
                ["match"] = new JsonObject(trigger.Match.Select(member => KeyValuePair.Create(member.Key, (JsonNode?)member.Value))),
            };
        }
        var node = new JsonObject { ["folder"] = file.Folder, ["pattern"] = file.Pattern };
        if (!file.Constraints.IsEmpty)
            node["constraints"] = Constraints(file.Constraints);
        return new JsonObject { ["file"] = node };
    }

    private static JsonArray Constraints(ValueList<ConstraintSpec> constraints) => new([.. constraints.Select(constraint => (JsonNode)(constraint.Value is null
        ? new JsonArray(constraint.Field, constraint.Operator)
        : new JsonArray(constraint.Field, constraint.Operator, constraint.Value)))]);

    private static JsonNode Notification(JobNotificationSpec notification)
    {
        var node = new JsonObject { ["on"] = Texts(notification.On.Select(Name)) };
        if (notification.Webhook is { } url)
            node["webhook"] = url;
        if (!notification.Headers.IsEmpty)
            node["headers"] = new JsonObject(notification.Headers.Select(header => KeyValuePair.Create(header.Key, (JsonNode?)header.Value)));
        if (!notification.Email.IsEmpty)
            node["email"] = Texts(notification.Email);
        return node;
    }

    private static JsonObject Schedule(JobScheduleSpec schedule)
    {
        var node = new JsonObject();
        if (schedule.Id != new JobScheduleSpec { Timing = schedule.Timing }.Id)
            node["id"] = schedule.Id;
        node["expression"] = schedule.Timing.Expression;
        if (schedule.Timing.Zone is { } zone)
            node["zone"] = zone;
        node["dialect"] = Name(schedule.Timing.Dialect);
        if (!schedule.Timing.Exclude.IsEmpty)
            node["exclude"] = Texts(schedule.Timing.Exclude);
        node["enabled"] = schedule.Enabled;
        if (schedule.StartingDeadlineSeconds is { } deadline)
            node["startingDeadlineSeconds"] = deadline;
        node["catchUp"] = Name(schedule.CatchUp);
        node["catchUpWindowSeconds"] = schedule.CatchUpWindowSeconds;
        node["jitterSeconds"] = schedule.JitterSeconds;
        return node;
    }

    private static JsonObject Task(JobTaskSpec task)
    {
        var node = new JsonObject();
        if (task.Command.Shell is { } line)
            node["cmd"] = line;
        if (!task.Command.Argv.IsEmpty)
            node["args"] = Texts(task.Command.Argv);
        if (task.Command.User is { } user)
            node["user"] = user;
        node["cpus"] = task.Cpus;
        node["mem"] = task.Mem;
        node["disk"] = task.Disk;
        node["gpus"] = task.Gpus;
        node["ports"] = task.NamedPorts.IsEmpty ? (JsonNode)task.Ports : new JsonArray([.. task.NamedPorts.Select(Port)]);
        node["env"] = new JsonObject(task.Env.Where(variable => variable.Value.Secret is null).Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)variable.Value.Text)));
        // The variable and the path of its secret; definitions of other surfaces name a secret in between.
        var secrets = task.Env.Where(variable => variable.Value.Secret is not null)
            .Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)task.Secrets.Find(variable.Value.Secret!))).ToList();
        if (secrets.Count > 0)
            node["secrets"] = new JsonObject(secrets);
        if (!task.Fetch.IsEmpty)
            node["fetch"] = new JsonArray([.. task.Fetch.Select(JobContainerReader.Fetch)]);
        if (!task.Constraints.IsEmpty)
            node["constraints"] = Constraints(task.Constraints);
        if (task.Image is { } image)
        {
            node["image"] = image.Reference;
            if (JobContainerReader.Container(image) is { } container)
                node["container"] = container;
        }
        var files = task.SecretFiles.Select(file => (JsonNode)new JsonObject { ["path"] = file.Key, ["secret"] = task.Secrets.Find(file.Value) });
        if (!task.Volumes.IsEmpty || !task.SecretFiles.IsEmpty)
            node["volumes"] = new JsonArray([.. task.Volumes.Select(JobContainerReader.Volume), .. files]);
        node["killGraceSeconds"] = task.KillGraceSeconds;
        if (task.TimeoutSeconds is { } timeout)
            node["timeoutSeconds"] = timeout;
        node["role"] = task.Role;
        node["priority"] = task.Priority;
        node["unreachableSeconds"] = task.UnreachableSeconds;
        if (task.Identity is { } identity)
            node["identity"] = new JsonObject { ["audience"] = Texts(identity.Audience), ["lifetimeSeconds"] = identity.LifetimeSeconds };
        return node;
    }

    private static JsonNode Port(JobPortSpec port)
    {
        var node = new JsonObject { ["protocol"] = port.Protocol };
        if (port.Name is { } name)
            node["name"] = name;
        if (!port.Labels.IsEmpty)
            node["labels"] = new JsonObject(port.Labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        return node;
    }

    private static JsonNode Task(RunTask task) => new JsonObject
    {
        ["id"] = task.TaskId,
        ["index"] = task.Index,
        ["attempt"] = task.Attempt,
        ["state"] = task.State.ToWireName(),
        ["agentId"] = task.AgentId,
        ["host"] = task.Host,
        ["ports"] = new JsonArray([.. task.Ports.Select(port => (JsonNode)port)]),
        ["startedAt"] = Time(task.StartedAt),
        ["endedAt"] = Time(task.EndedAt),
        ["exitStatus"] = task.LastStatus?.ExitStatus,
        ["signal"] = task.LastStatus?.Signal,
        ["reason"] = task.LastStatus?.Reason,
        ["message"] = task.LastStatus?.Message,
        ["lastLines"] = task.LastStatus?.StderrTail,
        ["sandbox"] = task.LastStatus?.Sandbox,
        ["elements"] = task.Elements,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
