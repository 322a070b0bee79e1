using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Schedules;
using Platform.Core.Tasks;

namespace Platform.Core.Jobs;

/// <summary>A job as it was asked for: what to run, when, and what to do when it fails.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobSpec")]
public sealed record JobSpec
{
    /// <summary>The job's name: letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>For people. Default empty.</summary>
    [Id(1)] public string Description { get; init; } = "";

    /// <summary>Labels. Default none.</summary>
    [Id(2)] public ValueMap<string> Labels { get; init; }

    /// <summary>When it is due; null: only when it is asked for, or after its parents.</summary>
    [Id(3)] public JobScheduleSpec? Schedule { get; init; }

    /// <summary>Jobs that it follows. Default none.</summary>
    [Id(4)] public ValueList<string> Parents { get; init; }

    /// <summary>Which ends of its parents make it run. Default <see cref="ParentCondition.All"/>.</summary>
    [Id(5)] public ParentCondition Condition { get; init; }

    /// <summary>What a run executes.</summary>
    [Id(6)] public required JobTaskSpec Task { get; init; }

    /// <summary>What happens when it is due while a run is there. Default <see cref="ConcurrencyPolicy.Allow"/>.</summary>
    [Id(7)] public ConcurrencyPolicy Concurrency { get; init; }

    /// <summary>Many tasks in one run; null: one.</summary>
    [Id(8)] public JobArraySpec? Array { get; init; }

    /// <summary>What happens after a failure.</summary>
    [Id(9)] public RetrySpec Retry { get; init; } = new();

    /// <summary>Not due, neither by time nor by parents; can be started by hand. Default false.</summary>
    [Id(10)] public bool Disabled { get; init; }

    /// <summary>A failed run counts as a success for the jobs that follow it. Default false.</summary>
    [Id(11)] public bool SoftError { get; init; }

    /// <summary>How many ended runs are kept. Default 100.</summary>
    [Id(12)] public int KeptRuns { get; init; } = 100;

    /// <summary>A run that found no place for so long fails, seconds; null: it waits.</summary>
    [Id(13)] public double? MaxLaunchDelaySeconds { get; init; }

    /// <summary>What a surface's clients have given and want to read again, as JSON by name; nothing else reads it.</summary>
    [Id(14)] public ValueMap<string> Extras { get; init; }

    /// <summary>Who is told what. Default nobody.</summary>
    [Id(15)] public ValueList<JobNotificationSpec> Notifications { get; init; }

    /// <summary>A run that has not started so long after it was due is late, seconds; null: 60 if somebody is told of lateness, else never.</summary>
    [Id(16)] public double? LateAfterSeconds { get; init; }

    /// <summary>Events of the platform that make it run. Default none.</summary>
    [Id(17)] public ValueList<JobTriggerSpec> Triggers { get; init; }

    /// <summary>How many runs its triggers make in a minute at most. Default 60.</summary>
    [Id(18)] public int TriggersPerMinute { get; init; } = 60;

    /// <summary>So many runs that fail in a row pause the job; null: it goes on. Default null.</summary>
    [Id(19)] public int? PauseAfterFailures { get; init; }

    /// <summary>The jobs that bring it about: those that it follows, and those whose events it names.</summary>
    public IEnumerable<string> Sources => Parents.Concat(Triggers.Where(trigger => EventMatch.IsOfJobs(trigger.Event)).Select(trigger => trigger.Match.Find(EventMatch.JobMember)).OfType<string>());

    /// <summary>The same without a schedule, and without what only a schedule gives a meaning.</summary>
    public JobSpec WithoutSchedule() => this with
    {
        Schedule = null,
        Concurrency = ConcurrencyPolicy.Allow,
        LateAfterSeconds = null,
        Notifications = Notifications
            .Select(to => to with { On = to.On.Where(what => what != NotificationEvent.Lateness).ToValueList() })
            .Where(to => !to.On.IsEmpty)
            .ToValueList(),
    };
}

/// <summary>When a job is due.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobScheduleSpec")]
public sealed record JobScheduleSpec
{
    /// <summary>Its name. Default <c>default</c>.</summary>
    [Id(0)] public string Id { get; init; } = "default";

    /// <summary>The instants.</summary>
    [Id(1)] public required ScheduleSpec Timing { get; init; }

    /// <summary>Whether it counts. Default true.</summary>
    [Id(2)] public bool Enabled { get; init; } = true;

    /// <summary>A run that cannot be started within this time after it was due is missed, seconds; null: however late. Default null.</summary>
    [Id(3)] public double? StartingDeadlineSeconds { get; init; }

    /// <summary>What happens with due times that passed while nobody could act. Default <see cref="CatchUpPolicy.One"/>.</summary>
    [Id(4)] public CatchUpPolicy CatchUp { get; init; } = CatchUpPolicy.One;

    /// <summary>How far back <see cref="CatchUpPolicy.All"/> goes, seconds. Default one day.</summary>
    [Id(5)] public double CatchUpWindowSeconds { get; init; } = 86_400;

    /// <summary>Runs start up to this much later, spread evenly, seconds. Default 0.</summary>
    [Id(6)] public double JitterSeconds { get; init; }
}

/// <summary>What a run of a job executes.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobTaskSpec")]
public sealed record JobTaskSpec
{
    /// <summary>The command.</summary>
    [Id(0)] public required CommandSpec Command { get; init; }

    /// <summary>Processors. Default 0.1.</summary>
    [Id(1)] public double Cpus { get; init; } = 0.1;

    /// <summary>Memory, MB. Default 128.</summary>
    [Id(2)] public double Mem { get; init; } = 128;

    /// <summary>Disk, MB. Default 0.</summary>
    [Id(3)] public double Disk { get; init; }

    /// <summary>Graphics devices. Default 0.</summary>
    [Id(4)] public int Gpus { get; init; }

    /// <summary>Environment: texts, and names of <see cref="Secrets"/>.</summary>
    [Id(5)] public ValueMap<EnvValue> Env { get; init; }

    /// <summary>Secrets: where the value of each name is stored.</summary>
    [Id(6)] public ValueMap<string> Secrets { get; init; }

    /// <summary>Brought into the sandbox before the start.</summary>
    [Id(7)] public ValueList<FetchSpec> Fetch { get; init; }

    /// <summary>Where it may run.</summary>
    [Id(8)] public ValueList<ConstraintSpec> Constraints { get; init; }

    /// <summary>The image; null: none.</summary>
    [Id(9)] public ContainerImage? Image { get; init; }

    /// <summary>Directories of the agent, and volumes of drivers.</summary>
    [Id(10)] public ValueList<VolumeSpec> Volumes { get; init; }

    /// <summary>Time between SIGTERM and SIGKILL, seconds. Default 3.</summary>
    [Id(11)] public double KillGraceSeconds { get; init; } = 3;

    /// <summary>Killed and failed when it runs longer, seconds; null: no limit.</summary>
    [Id(12)] public double? TimeoutSeconds { get; init; }

    /// <summary>The role that pays. Default <c>*</c>.</summary>
    [Id(13)] public string Role { get; init; } = "*";

    /// <summary>0 to 100; services have 50. Default 25.</summary>
    [Id(14)] public int Priority { get; init; } = 25;

    /// <summary>How long a task on an agent that is out of reach is waited for, seconds. Default 300.</summary>
    [Id(15)] public double UnreachableSeconds { get; init; } = 300;

    /// <summary>How many ports of the platform's choice each task gets. Default 0.</summary>
    [Id(16)] public int Ports { get; init; }

    /// <summary>Secrets that it finds in files: by the path in the container, the name of one of <see cref="Secrets"/>. Default none.</summary>
    [Id(17)] public ValueMap<string> SecretFiles { get; init; }

    /// <summary>The identity of its tasks; null: the default.</summary>
    [Id(18)] public TaskIdentitySpec? Identity { get; init; }

    /// <summary>Names and labels of the first of its ports. Default none.</summary>
    [Id(19)] public ValueList<JobPortSpec> NamedPorts { get; init; }
}

/// <summary>Many tasks in one run, told apart by an index.</summary>
/// <param name="From">The first index.</param>
/// <param name="To">The last index.</param>
/// <param name="Parallelism">How many at a time; 0: all. Default 0.</param>
/// <param name="FailFast">The first index that fails ends the run. Default false.</param>
/// <param name="Gang">All start together or none does, and all begin anew when one does not succeed. Default false.</param>
[GenerateSerializer, Immutable, Alias("Platform.JobArraySpec")]
public sealed record JobArraySpec([property: Id(0)] int From, [property: Id(1)] int To, [property: Id(2)] int Parallelism = 0, [property: Id(3)] bool FailFast = false, [property: Id(4)] bool Gang = false)
{
    /// <summary>How many tasks a run has.</summary>
    public int Count => To - From + 1;
}

/// <summary>What happens after a failure.</summary>
[GenerateSerializer, Immutable, Alias("Platform.RetrySpec")]
public sealed record RetrySpec
{
    /// <summary>How often one is tried again; null: until <see cref="DeadlineSeconds"/>. Default 0.</summary>
    [Id(0)] public int? Limit { get; init; } = 0;

    /// <summary>Pause before the first retry, seconds. Default 1.</summary>
    [Id(1)] public double BackoffSeconds { get; init; } = 1;

    /// <summary>By what each pause is longer than the one before. Default 2.</summary>
    [Id(2)] public double BackoffFactor { get; init; } = 2;

    /// <summary>Longest pause, seconds. Default 300.</summary>
    [Id(3)] public double MaxBackoffSeconds { get; init; } = 300;

    /// <summary>Nothing is tried again so long after the run began, seconds; null: no limit.</summary>
    [Id(4)] public double? DeadlineSeconds { get; init; }

    /// <summary>The pause before a retry.</summary>
    /// <param name="failures">How often it has failed, from 1.</param>
    public TimeSpan Pause(int failures) =>
        TimeSpan.FromSeconds(Math.Min(MaxBackoffSeconds, BackoffSeconds * Math.Pow(Math.Max(1, BackoffFactor), Math.Min(failures - 1, 60))));
}
