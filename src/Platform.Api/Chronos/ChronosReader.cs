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

    /// <summary>The variable in which a task finds its job's owner.</summary>
    internal const string OwnerVariable = "CHRONOS_JOB_OWNER";

    internal static JobSpec Read(JsonFields job, bool dependent)
    {
        var name = job.RequiredText("name");
        var arguments = job.Texts("arguments") ?? default;
        var line = job.Text("command") ?? "";
        var shell = job.Flag("shell") ?? true;
        // As Chronos does: a command that is an address is fetched and executed.
        var remote = Uri.TryCreate(line, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "ftp" && !line.Contains(' ', StringComparison.Ordinal) ? line : null;
        if (remote is not null)
            line = $"\"./{remote[(remote.LastIndexOf('/') + 1)..]}\"";
        if (shell && !arguments.IsEmpty)
            job.Refuse("arguments", "a job with shell:true takes no arguments; put them into the command or set shell to false");
        var user = job.Text("runAsUser");
        if (user is { Length: 0 })
            user = null;
        var container = job.Object("container") is { } given && given.Has("image") ? given : null;
        var schedule = job.Text("schedule");
        var parents = job.Texts("parents") ?? default;
        if (dependent && parents.IsEmpty)
            job.Refuse("parents", "a dependent job needs parents; name at least one");
        if (!dependent && string.IsNullOrEmpty(schedule))
            job.Refuse("schedule", "is missing; write one such as R/2026-03-01T13:00:00Z/P1D");
        if (schedule is { Length: > 0 } && !parents.IsEmpty)
            job.Refuse("parents", "a job has a schedule or parents, not both; remove one of them");
        var zone = job.Text("scheduleTimeZone");
        var owner = job.Text("owner") ?? "";
        var fetch = job.Objects("fetch").Select(ReadFetch).ToList();
        if (remote is not null && fetch.All(one => one.Uri != remote))
            fetch.Add(new() { Uri = remote, Executable = true, Extract = false });
        var limit = job.Number("maxCompletionTime");
        if (limit < 0)
            job.Refuse("maxCompletionTime", "must be 0 (no limit) or more seconds");
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
                Env = ReadEnv(job, owner),
                // Lists show each of them as both, and what they show may come back.
                Fetch = [.. fetch, .. (job.Texts("uris") ?? default).Where(uri => fetch.All(one => one.Uri != uri)).Select(uri => new FetchSpec { Uri = uri })],
                Constraints = ReadConstraints(job),
                Image = container is null ? null : ReadImage(container),
                Volumes = container is null ? default : container.Objects("volumes").Select(ReadVolume).ToValueList(),
                TimeoutSeconds = limit > 0 ? limit : null,
                Priority = job.Flag("highPriority") == true ? 40 : 25,
            },
            Notifications = ReadOwners(owner),
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

    private static ContainerImage ReadImage(JsonFields container)
    {
        var type = container.Text("type")?.ToUpperInvariant();
        if (type is not (null or "DOCKER" or "MESOS"))
            container.Refuse("type", $"'{type}' is no type of a container; there are DOCKER and MESOS");
        var network = container.Text("network")?.ToUpperInvariant();
        if (network is not (null or "HOST" or "BRIDGE" or "USER" or "NONE"))
            container.Refuse("network", $"'{network}' is no network; there are HOST, BRIDGE, USER and NONE");
        var infos = container.Objects("networkInfos");
        var name = container.Text("networkName") ?? (infos.Count > 0 ? infos[0].Text("name") : null);
        if (network == "USER" && string.IsNullOrEmpty(name))
            container.Refuse("networkName", "is missing; a container on a USER network needs its name");
        return new()
        {
            Containerizer = Containerizers.Docker,
            Reference = container.RequiredText("image"),
            // Chronos takes the text "true", too.
            ForcePull = container.Json["forcePullImage"]?.ToString().Equals("true", StringComparison.OrdinalIgnoreCase) ?? false,
            Options = container.Objects("parameters").Select(option => new ContainerOption(option.RequiredText("key"), option.Text("value") ?? "")).ToValueList(),
            Network = !string.IsNullOrEmpty(name) || network == "NONE" ? ContainerNetwork.Named : network == "BRIDGE" ? ContainerNetwork.Bridge : ContainerNetwork.Host,
            NetworkName = network == "NONE" ? "none" : name,
            StartsInSandbox = type == "MESOS",
        };
    }

    private static VolumeSpec ReadVolume(JsonFields volume)
    {
        var external = volume.Object("external");
        var mode = volume.Text("mode")?.ToUpperInvariant();
        if (mode is not (null or "RO" or "RW"))
            volume.Refuse("mode", $"'{mode}' is no mode; there are RO and RW");
        if (external is null && !volume.Has("hostPath"))
            volume.Refuse("hostPath", "is missing; a volume has a hostPath or is external");
        return new()
        {
            ContainerPath = volume.RequiredText("containerPath"),
            HostPath = external is null ? volume.Text("hostPath") : null,
            ReadOnly = mode == "RO",
            External = external is null ? null : new()
            {
                Name = external.RequiredText("name"),
                Driver = external.RequiredText("provider"),
                Options = external.Objects("options").GroupBy(option => option.RequiredText("key"), StringComparer.Ordinal).Select(group => KeyValuePair.Create(group.Key, group.Last().Text("value") ?? "")).ToValueMap(),
            },
        };
    }

    /// <summary>Where Chronos' clients find what is wrong with a definition.</summary>
    internal static string PathOf(string path) => path switch
    {
        "id" => "name",
        "schedule.expression" => "schedule",
        "schedule.zone" => "scheduleTimeZone",
        "retry.limit" => "retries",
        _ => path.StartsWith("task.", StringComparison.Ordinal) ? path["task.".Length..] : path,
    };

    private static ValueMap<EnvValue> ReadEnv(JsonFields job, string owner)
    {
        var variables = new Dictionary<string, EnvValue>(StringComparer.Ordinal);
        foreach (var variable in job.Objects("environmentVariables"))
            variables[variable.RequiredText("name")] = new() { Text = variable.Text("value") ?? "" };
        if (owner.Length > 0)
            variables[OwnerVariable] = new() { Text = owner };
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
