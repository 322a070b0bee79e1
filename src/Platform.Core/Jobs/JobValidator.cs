using Platform.Core.Placement;
using Platform.Core.Registry;
using Platform.Core.Schedules;

namespace Platform.Core.Jobs;

/// <summary>Finds everything that is wrong with a job's definition.</summary>
public static class JobValidator
{
    /// <summary>How the problem of a circle of jobs begins.</summary>
    public const string Circle = "the jobs would follow each other in a circle";

    private const int MostIndices = 100_000;
    private const int MostInGang = 1000;

    // A hundred years: what is longer is not meant, and instants have an end.
    private const double Longest = 3_155_760_000;

    /// <summary>All problems of a definition, with path and fix.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="now">The instant, for intervals without a start.</param>
    public static List<SpecProblem> Validate(JobSpec spec, DateTimeOffset now)
    {
        var problems = new List<SpecProblem>();
        void Refuse(bool wrong, string path, string message)
        {
            if (wrong)
                problems.Add(new(path, message));
        }
        Refuse(!IsName(spec.Id), "id", $"'{spec.Id}' is no name for a job; use letters, digits, '.', '_' and '-'");
        if (spec.Schedule is { } schedule)
        {
            ScheduleParser.Parse(schedule.Timing, now, ScheduleParser.SeedOf(spec.Id), problems, "schedule");
            Refuse(!spec.Parents.IsEmpty, "parents", "a job has a schedule or parents, not both; remove one of them");
            Refuse(schedule.StartingDeadlineSeconds is < 1 or > Longest, "schedule.startingDeadlineSeconds", $"must be 1 to {Longest}");
            Refuse(schedule.JitterSeconds is < 0 or > 86_400, "schedule.jitterSeconds", "must be 0 to 86400");
            Refuse(schedule.CatchUpWindowSeconds is < 10 or > Longest, "schedule.catchUpWindowSeconds", $"must be 10 to {Longest}");
        }
        for (var i = 0; i < spec.Parents.Count; i++)
            Refuse(spec.Parents[i] == spec.Id, $"parents[{i}]", "a job cannot follow itself");
        Refuse(spec.Parents.Distinct(StringComparer.Ordinal).Count() != spec.Parents.Count, "parents", "a parent is named twice; name it once");
        ValidateTask(spec.Task, Refuse);
        if (spec.Array is { } array)
        {
            Refuse(array.From < 0, "array.from", "must be 0 or more");
            Refuse(array.To < array.From, "array.to", $"must not be less than array.from, which is {array.From}");
            Refuse((long)array.To - array.From >= MostIndices, "array.to", $"an array has at most {MostIndices} indices");
            Refuse(array.Gang && array.Parallelism != 0, "array.parallelism", "must be 0 for a gang: all of it run at a time");
            Refuse(array.Gang && (long)array.To - array.From >= MostInGang, "array.to", $"a gang has at most {MostInGang} tasks");
            Refuse(array.Parallelism < 0, "array.parallelism", "must be 0 (all at a time) or more");
        }
        Refuse(spec.Retry.Limit is < 0 or > 10_000, "retry.limit", "must be 0 to 10000");
        Refuse(spec.Retry.BackoffSeconds is < 0 or > 86_400, "retry.backoffSeconds", "must be 0 to 86400");
        Refuse(spec.Retry.BackoffFactor is < 1 or > 100, "retry.backoffFactor", "must be 1 to 100");
        Refuse(spec.Retry.MaxBackoffSeconds is < 0 or > 86_400, "retry.maxBackoffSeconds", "must be 0 to 86400");
        Refuse(spec.Retry.DeadlineSeconds is < 0 or > Longest, "retry.deadlineSeconds", $"must be 0 to {Longest}");
        Refuse(spec.KeptRuns is < 1 or > 10_000, "keptRuns", "must be 1 to 10000");
        Refuse(spec.MaxLaunchDelaySeconds is < 1 or > Longest, "maxLaunchDelaySeconds", $"must be 1 to {Longest}");
        Refuse(spec.PauseAfterFailures is < 1 or > 10_000, "pauseAfterFailures", "must be 1 to 10000");
        NotificationValidator.Validate(spec, Refuse);
        Refuse(spec.TriggersPerMinute is < 1 or > 6000, "triggersPerMinute", "must be 1 to 6000");
        for (var i = 0; i < spec.Triggers.Count; i++)
        {
            var type = spec.Triggers[i].Event;
            if (spec.Triggers[i].File is { } file)
            {
                ValidateFile(file, $"triggers[{i}].file", problems);
                Refuse(type.Length > 0 || !spec.Triggers[i].Match.IsEmpty, $"triggers[{i}]", "waits for files or for an event, not both; write two triggers");
                continue;
            }
            Refuse(EventMatch.IsOfJobs(type) && spec.Triggers[i].Match.Find(EventMatch.JobMember) == spec.Id, $"triggers[{i}].match", "what a job's own runs tell never makes it run; name another job");
            Refuse(type.Length == 0 || !type.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'), $"triggers[{i}].event", $"'{type}' is no type of an event; write one such as deployment_success");
            foreach (var (path, _) in spec.Triggers[i].Match)
                Refuse(path.Split('.').Any(name => name.Length == 0), $"triggers[{i}].match", $"'{path}' is no path to a member of an event; write one such as plan.version");
        }
        return problems;
    }

    /// <summary>The jobs of a circle that a definition would close, the job itself first and last; null: it closes none.</summary>
    /// <param name="id">The job.</param>
    /// <param name="parents">What it would follow.</param>
    /// <param name="parentsOf">What other jobs follow.</param>
    public static IReadOnlyList<string>? FindCycle(string id, IEnumerable<string> parents, Func<string, IEnumerable<string>> parentsOf)
    {
        var came = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = new Queue<string>();
        void Reach(string job, string from)
        {
            if (came.TryAdd(job, from))
                open.Enqueue(job);
        }
        foreach (var parent in parents)
            Reach(parent, id);
        while (open.TryDequeue(out var job))
        {
            if (job == id)
            {
                // Backwards from the job to itself, in the order in which they would run.
                var circle = new List<string> { id };
                for (var at = came[id]; at != id; at = came[at])
                    circle.Add(at);
                circle.Add(id);
                return circle;
            }
            foreach (var parent in parentsOf(job))
                Reach(parent, job);
        }
        return null;
    }

    /// <summary>Whether a text may be the name of a job (Chronos: <c>[\w\.-]+</c>).</summary>
    public static bool IsName(string id) => id.Length is > 0 and <= 255 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && id is not ("." or "..");

    private static void ValidateFile(FileTriggerSpec file, string path, List<SpecProblem> problems)
    {
        if (WatchFolders.Problem(file.Folder) is { } problem)
            problems.Add(new(path + ".folder", problem));
        if (!FilePattern.IsPattern(file.Pattern))
            problems.Add(new(path + ".pattern", $"'{file.Pattern}' is no pattern of file names; write one such as *.csv"));
        for (var i = 0; i < file.Constraints.Count; i++)
        {
            if (WatchFolders.Problem(file.Constraints[i]) is { } wrong)
                problems.Add(new($"{path}.constraints[{i}]", wrong));
        }
    }

    private static void ValidateTask(JobTaskSpec task, Action<bool, string, string> refuse)
    {
        refuse(task.Command.Shell is null && task.Command.Argv.IsEmpty && task.Image is null, "task.command", "a job needs a command, arguments or an image");
        refuse(task.Command.Shell is not null && !task.Command.Argv.IsEmpty, "task.command", "a command for the shell and arguments exclude each other; give one of them");
        refuse(!(task.Cpus is >= 0 and <= 100_000), "task.cpus", "must be 0 or more");
        refuse(!(task.Mem is >= 0 and <= 100_000_000), "task.mem", "must be 0 MB or more");
        refuse(!(task.Disk is >= 0 and <= 1_000_000_000), "task.disk", "must be 0 MB or more");
        refuse(task.Gpus is < 0 or > 1000, "task.gpus", "must be 0 or more");
        refuse(task.Ports is < 0 or > 100, "task.ports", "must be 0 to 100");
        for (var i = 0; i < task.NamedPorts.Count; i++)
        {
            var port = task.NamedPorts[i];
            refuse(port.Name is { } name && !DnsLabels.IsName(name), $"task.ports[{i}].name", $"'{port.Name}' is not a name that DNS can carry: letters, digits and hyphens");
            refuse(port.Name is not null && task.NamedPorts.Take(i).Any(other => other.Name == port.Name), $"task.ports[{i}].name", $"'{port.Name}' is the name of an earlier port too");
            refuse(port.Protocol is not ("tcp" or "udp" or "udp,tcp" or "tcp,udp"), $"task.ports[{i}].protocol", "must be tcp, udp or udp,tcp");
        }
        refuse(task.Cpus == 0 && task.Mem == 0, "task.cpus", "a task needs some cpus or mem");
        refuse(!(task.KillGraceSeconds is >= 0 and <= 86_400), "task.killGraceSeconds", "must be 0 to 86400");
        refuse(task.TimeoutSeconds is <= 0 or > Longest, "task.timeoutSeconds", $"must be more than 0, and at most {Longest}");
        refuse(!(task.UnreachableSeconds is >= 0 and <= Longest), "task.unreachableSeconds", $"must be 0 to {Longest}");
        refuse(task.Priority is < 0 or > 100, "task.priority", "must be 0 to 100");
        refuse(task.Identity is { LifetimeSeconds: < 10 or > 86_400 }, "task.identity.lifetimeSeconds", "must be 10 to 86400");
        refuse(task.Identity?.Audience.Contains("") == true, "task.identity.audience", "an audience is a text that is not empty");
        for (var i = 0; i < task.Constraints.Count; i++)
        {
            var constraint = task.Constraints[i];
            string?[] parts = constraint.Value is null ? [constraint.Field, constraint.Operator] : [constraint.Field, constraint.Operator, constraint.Value];
            if (ConstraintSyntax.Parse(parts!, out var problem) is null)
                refuse(true, $"task.constraints[{i}]", problem ?? "is not understood");
        }
        foreach (var (name, value) in task.Env)
        {
            refuse(name.Length == 0 || name.Contains('=', StringComparison.Ordinal), "task.env", $"'{name}' is no name for a variable");
            refuse(value.Secret is { } secret && !task.Secrets.ContainsKey(secret), $"task.env.{name}", $"there is no secret '{value.Secret}'; define it under secrets");
        }
        foreach (var (path, secret) in task.SecretFiles)
            refuse(!task.Secrets.ContainsKey(secret), "task.volumes", $"there is no secret '{secret}' for {path}; define it under secrets");
    }
}
