using Platform.Api.Jobs;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Api.Chronos;

/// <summary>Makes jobs of Chronos' JSON.</summary>
internal static class ChronosReader
{
    /// <summary>The name of what is kept of the definition for readers.</summary>
    internal const string Extra = "chronos";

    internal static JobSpec Read(JsonFields job, bool dependent)
    {
        var name = job.RequiredText("name");
        var arguments = job.Texts("arguments") ?? default;
        var line = job.Text("command") ?? "";
        var shell = job.Flag("shell") ?? true;
        if (shell && !arguments.IsEmpty)
            job.Refuse("arguments", "a job with shell:true takes no arguments; put them into the command or set shell to false");
        var user = job.Text("runAsUser");
        if (user is { Length: 0 })
            user = null;
        var image = job.Object("container") is { } container && container.Has("image")
            ? new ContainerImage { Containerizer = Containerizers.Docker, Reference = container.RequiredText("image"), ForcePull = container.Flag("forcePullImage") ?? false }
            : null;
        var schedule = job.Text("schedule");
        var parents = job.Texts("parents") ?? default;
        if (dependent && parents.IsEmpty)
            job.Refuse("parents", "a dependent job needs parents; name at least one");
        if (!dependent && string.IsNullOrEmpty(schedule))
            job.Refuse("schedule", "is missing; write one such as R/2026-03-01T13:00:00Z/P1D");
        if (schedule is { Length: > 0 } && !parents.IsEmpty)
            job.Refuse("parents", "a job has a schedule or parents, not both; remove one of them");
        var zone = job.Text("scheduleTimeZone");
        var spec = new JobSpec
        {
            Id = name,
            Description = job.Text("description") ?? "",
            Schedule = dependent || string.IsNullOrEmpty(schedule) ? null : new()
            {
                Timing = new() { Expression = schedule, Zone = string.IsNullOrEmpty(zone) ? null : zone },
            },
            Parents = dependent ? parents : default,
            Concurrency = job.Flag("concurrent") == true ? ConcurrencyPolicy.Allow : ConcurrencyPolicy.Forbid,
            Disabled = job.Flag("disabled") ?? false,
            SoftError = job.Flag("softError") ?? false,
            Retry = new() { Limit = job.Integer("retries") ?? 2, BackoffSeconds = 1, BackoffFactor = 1 },
            Task = new()
            {
                Command = shell || line.Length == 0
                    ? new() { Shell = line.Length > 0 ? line : null, Argv = line.Length > 0 ? default : arguments, User = user }
                    : new() { Argv = [line, .. arguments], User = user },
                Cpus = Positive(job.Number("cpus"), 0.1),
                Mem = Positive(job.Number("mem"), 128),
                Disk = Positive(job.Number("disk"), 256),
                Gpus = job.Integer("gpus") ?? 0,
                Env = ReadEnv(job),
                Fetch = [.. job.Objects("fetch").Select(ReadFetch), .. (job.Texts("uris") ?? default).Select(uri => new FetchSpec { Uri = uri })],
                Constraints = ReadConstraints(job),
                Image = image,
                Priority = job.Flag("highPriority") == true ? 40 : 25,
            },
            Notifications = ReadOwners(job.Text("owner") ?? ""),
            Extras = ValueMap.Create((Extra, job.Json.ToJsonString())),
        };
        return spec;
    }

    // Chronos takes its default for what is left out and for zero.
    private static double Positive(double? value, double otherwise) => value is > 0 ? value.Value : otherwise;

    // Owners get a mail of each run that fails. Chronos takes any text for an owner.
    private static ValueList<JobNotificationSpec> ReadOwners(string owner)
    {
        var addresses = owner.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(NotificationValidator.IsMailAddress).ToValueList();
        return addresses.IsEmpty ? default : [new() { Email = addresses }];
    }

    private static FetchSpec ReadFetch(JsonFields fetch) => new()
    {
        Uri = fetch.RequiredText("uri"),
        Extract = fetch.Flag("extract") ?? true,
        Executable = fetch.Flag("executable") ?? false,
        Cache = fetch.Flag("cache") ?? false,
        DestPath = fetch.Text("output_file") is { Length: > 0 } path ? path : null,
    };

    private static ValueMap<EnvValue> ReadEnv(JsonFields job)
    {
        var variables = new Dictionary<string, EnvValue>(StringComparer.Ordinal);
        foreach (var variable in job.Objects("environmentVariables"))
            variables[variable.RequiredText("name")] = new() { Text = variable.Text("value") ?? "" };
        return variables.ToValueMap();
    }

    private static ValueList<ConstraintSpec> ReadConstraints(JsonFields job)
    {
        var constraints = new List<ConstraintSpec>();
        foreach (var item in job.Array("constraints") ?? [])
        {
            var parts = (item as System.Text.Json.Nodes.JsonArray)?.Select(part => part?.ToString() ?? "").ToArray();
            switch (parts)
            {
                case [var attribute, var name, var value] when name.ToUpperInvariant() is "EQUALS" or "LIKE" or "UNLIKE":
                    constraints.Add(new(attribute, name.Equals("EQUALS", StringComparison.OrdinalIgnoreCase) ? "IS" : name.ToUpperInvariant(), value));
                    break;
                default:
                    job.Refuse("constraints", "a constraint is [attribute, operator, value] with the operator EQUALS, LIKE or UNLIKE");
                    break;
            }
        }
        return constraints.ToValueList();
    }
}
