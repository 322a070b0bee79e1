using System.Text.Json.Nodes;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;
using Platform.Core.Tasks;

namespace Platform.Api.Jobs;

/// <summary>Reads jobs in the form of our own API.</summary>
internal static class JobReader
{
    /// <summary>The limit of what is tried again without one.</summary>
    internal const string Unlimited = "unlimited";

    internal static JobSpec Read(JsonFields job, string? id)
    {
        var name = id ?? job.RequiredText("id");
        if (id is not null && job.Text("id") is { } other && other != id)
            job.Refuse("id", $"is '{other}', but the address names '{id}'; leave it out");
        if (!job.Has("task"))
            job.Refuse("task", "is missing");
        var task = job.Object("task");
        var array = job.Object("array");
        var retry = job.Object("retry");
        var defaults = new RetrySpec();
        var spec = new JobSpec
        {
            Id = name,
            Description = job.Text("description") ?? "",
            Labels = job.TextMap("labels"),
            Schedule = job.Object("schedule") is { } schedule ? ReadSchedule(schedule) : null,
            Parents = job.Texts("parents") ?? default,
            Condition = job.Choice<ParentCondition>("condition") ?? ParentCondition.All,
            Task = task is null ? new() { Command = new() { Shell = "true" } } : ReadTask(task),
            Concurrency = job.Choice<ConcurrencyPolicy>("concurrency") ?? ConcurrencyPolicy.Allow,
            Array = array is null ? null : new(array.Integer("from") ?? 0, array.Integer("to") ?? 0, array.Integer("parallelism") ?? 0, array.Flag("failFast") ?? false, array.Flag("gang") ?? false),
            Retry = retry is null ? defaults : new()
            {
                Limit = IsUnlimited(retry) ? null : retry.Integer("limit") ?? (retry.Has("deadlineSeconds") ? null : 0),
                BackoffSeconds = retry.Number("backoffSeconds") ?? defaults.BackoffSeconds,
                BackoffFactor = retry.Number("backoffFactor") ?? defaults.BackoffFactor,
                MaxBackoffSeconds = retry.Number("maxBackoffSeconds") ?? defaults.MaxBackoffSeconds,
                DeadlineSeconds = retry.Number("deadlineSeconds"),
            },
            Disabled = job.Flag("disabled") ?? false,
            SoftError = job.Flag("softError") ?? false,
            KeptRuns = job.Integer("keptRuns") ?? 100,
            MaxLaunchDelaySeconds = job.Number("maxLaunchDelaySeconds"),
            Notifications = [.. job.Objects("notifications").Select(ReadNotification)],
            LateAfterSeconds = job.Number("lateAfterSeconds"),
            Triggers = [.. job.Objects("triggers").Select(ReadTrigger)],
            TriggersPerMinute = job.Integer("triggersPerMinute") ?? 60,
            PauseAfterFailures = job.Integer("pauseAfterFailures"),
        };
        if (array is not null && !array.Has("to"))
            array.Refuse("to", "is missing");
        array?.RefuseOthers();
        retry?.RefuseOthers();
        job.RefuseOthers();
        return spec;
    }

    private static bool IsUnlimited(JsonFields retry) => retry.Has("limit") && retry.Json["limit"] is JsonValue value && value.TryGetValue<string>(out var text) && text == Unlimited;

    private static JobScheduleSpec ReadSchedule(JsonFields schedule)
    {
        var defaults = new JobScheduleSpec { Timing = new() { Expression = "" } };
        var read = new JobScheduleSpec
        {
            Id = schedule.Text("id") ?? defaults.Id,
            Timing = new()
            {
                Expression = schedule.RequiredText("expression"),
                Zone = schedule.Text("zone"),
                Dialect = schedule.Choice<CronDialect>("dialect") ?? CronDialect.Unix,
                Exclude = schedule.Texts("exclude") ?? default,
            },
            Enabled = schedule.Flag("enabled") ?? true,
            StartingDeadlineSeconds = schedule.Number("startingDeadlineSeconds"),
            CatchUp = schedule.Choice<CatchUpPolicy>("catchUp") ?? defaults.CatchUp,
            CatchUpWindowSeconds = schedule.Number("catchUpWindowSeconds") ?? defaults.CatchUpWindowSeconds,
            JitterSeconds = schedule.Number("jitterSeconds") ?? 0,
        };
        schedule.RefuseOthers();
        return read;
    }

    private static JobTriggerSpec ReadTrigger(JsonFields trigger)
    {
        var file = trigger.Object("file");
        if (file is null && !trigger.Has("event"))
            trigger.Refuse("event", "is missing; a trigger names an event or a file");
        var read = new JobTriggerSpec { Event = trigger.Text("event") ?? "", Match = trigger.TextMap("match"), File = file is null ? null : ReadFile(file) };
        trigger.RefuseOthers();
        return read;
    }

    private static FileTriggerSpec ReadFile(JsonFields file)
    {
        var read = new FileTriggerSpec { Folder = file.RequiredText("folder"), Pattern = file.Text("pattern") ?? "*", Constraints = ReadConstraints(file) };
        file.RefuseOthers();
        return read;
    }

    private static JobNotificationSpec ReadNotification(JsonFields notification)
    {
        var read = new JobNotificationSpec
        {
            On = notification.Choices<NotificationEvent>("on") ?? [NotificationEvent.Failure],
            Webhook = notification.Text("webhook"),
            Headers = notification.TextMap("headers"),
            Email = notification.Texts("email") ?? default,
        };
        notification.RefuseOthers();
        return read;
    }

    private static TaskIdentitySpec ReadIdentity(JsonFields identity)
    {
        var read = new TaskIdentitySpec
        {
            Audience = identity.Texts("audience") ?? default,
            LifetimeSeconds = identity.Number("lifetimeSeconds") ?? TaskIdentitySpec.Default.LifetimeSeconds,
        };
        identity.RefuseOthers();
        return read;
    }

    private static JobTaskSpec ReadTask(JsonFields task)
    {
        var defaults = new JobTaskSpec { Command = new() };
        var user = task.Text("user");
        var ports = ReadPorts(task);
        var read = new JobTaskSpec
        {
            Command = new() { Shell = task.Text("cmd"), Argv = task.Texts("args") ?? default, User = user },
            Cpus = task.Number("cpus") ?? defaults.Cpus,
            Mem = task.Number("mem") ?? defaults.Mem,
            Disk = task.Number("disk") ?? 0,
            Gpus = task.Integer("gpus") ?? 0,
            Ports = ports?.Count ?? task.Integer("ports") ?? 0,
            NamedPorts = ports ?? default,
            Env = task.TextMap("env").Select(variable => KeyValuePair.Create(variable.Key, new EnvValue { Text = variable.Value })).ToValueMap(),
            Fetch = JobContainerReader.ReadFetch(task),
            Constraints = ReadConstraints(task),
            Image = JobContainerReader.ReadImage(task),
            KillGraceSeconds = task.Number("killGraceSeconds") ?? defaults.KillGraceSeconds,
            TimeoutSeconds = task.Number("timeoutSeconds"),
            Role = task.Text("role") ?? "*",
            Priority = task.Integer("priority") ?? defaults.Priority,
            UnreachableSeconds = task.Number("unreachableSeconds") ?? defaults.UnreachableSeconds,
            Identity = task.Object("identity") is { } identity ? ReadIdentity(identity) : null,
        };
        // A secret is named by its path: variable -> path.
        var secrets = task.TextMap("secrets");
        var (volumes, files) = JobContainerReader.ReadVolumes(task);
        read = read with
        {
            Volumes = volumes,
            SecretFiles = files.Select(file => KeyValuePair.Create(file.Key, JobContainerReader.NameOf(file.Key))).ToValueMap(),
            Secrets = secrets.Concat(files.Select(file => KeyValuePair.Create(JobContainerReader.NameOf(file.Key), file.Value))).ToValueMap(),
            Env = read.Env.Concat(secrets.Select(secret => KeyValuePair.Create(secret.Key, new EnvValue { Secret = secret.Key })))
                .GroupBy(variable => variable.Key, StringComparer.Ordinal).Select(group => group.Last()).ToValueMap(),
        };
        task.RefuseOthers();
        return read;
    }

    /// <summary>A number of ports, or a list that says what is said of each; null: it is a number.</summary>
    private static ValueList<JobPortSpec>? ReadPorts(JsonFields task)
    {
        if (!task.IsArray("ports"))
            return null;
        var ports = new List<JobPortSpec>();
        foreach (var port in task.Objects("ports"))
        {
            ports.Add(new() { Name = port.Text("name"), Protocol = port.Text("protocol") ?? "tcp", Labels = port.TextMap("labels") });
            port.RefuseOthers();
        }
        return ports.ToValueList();
    }

    private static ValueList<ConstraintSpec> ReadConstraints(JsonFields task)
    {
        var constraints = new List<ConstraintSpec>();
        foreach (var item in task.Array("constraints") ?? [])
        {
            if (item is System.Text.Json.Nodes.JsonArray { Count: 2 or 3 } parts)
                constraints.Add(new(parts[0]?.ToString() ?? "", parts[1]?.ToString() ?? "", parts.Count == 3 ? parts[2]?.ToString() : null));
            else
                task.Refuse("constraints", "a constraint is [field, operator] or [field, operator, value]");
        }
        return constraints.ToValueList();
    }
}
