using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Contracts.Secrets;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Tasks;
using Platform.Grains.Events;
using Platform.Grains.Ownership;
using Platform.Grains.Registry;

namespace Platform.Grains.Jobs;

/// <summary>What a job decides about its runs and their tasks: <see cref="JobModel"/> says it, and here it is staged. A demand is for the run of that id.</summary>
internal sealed class JobOwner : ITaskOwner<RunTask, string>
{
    // A job that goes on stays in memory: its timer would wake it again at once.
    private static readonly TimeSpan Awake = TimeSpan.FromMinutes(1);

    private readonly string _jobId;
    private readonly JobStore _store;
    private readonly IGrainFactory _grains;
    private readonly INoticeSender _sender;
    private readonly TimeProvider _time;
    private readonly JobLog _log;
    private OwnershipEngine<RunTask, string> _engine = null!;

    public JobOwner(string jobId, JobStore store, IGrainFactory grains, INoticeSender sender, EndpointPost post, TimeProvider time, JobLog log)
    {
        (_jobId, _store, _grains, _sender, _time, _log) = (jobId, store, grains, sender, time, log);
        Owner = TaskOwners.OfJob(jobId);
        Announcements = new(jobId, Owner, store, post, grains, () => _engine.Released(), time, log.Logger);
        Timer = new(jobId, store.Term, grains, time, log.Logger);
    }

    /// <inheritdoc/>
    public string Owner { get; }

    /// <inheritdoc/>
    public long Term => _store.Term;

    /// <inheritdoc/>
    public int? DisruptionBudget => null;

    /// <inheritdoc/>
    public bool IsOver => _store.Head.Spec is null && _store.Owned.Count == 0 && !Timer.IsTelling && !Announcements.IsTelling;

    /// <summary>What decides.</summary>
    public JobModel Model { get; private set; } = null!;

    /// <summary>What readers see.</summary>
    public JobView View { get; private set; } = null!;

    /// <summary>What the job's timer is told.</summary>
    public JobTimerLink Timer { get; }

    /// <summary>What the registry is told.</summary>
    public JobAnnouncements Announcements { get; }

    /// <summary>Takes the engine that it decides for.</summary>
    public void Join(OwnershipEngine<RunTask, string> engine)
    {
        _engine = engine;
        Take();
    }

    /// <inheritdoc/>
    public bool Decide(DateTimeOffset now)
    {
        Model.Due(now);
        Model.Advance(now);
        var effects = Model.TakeEffects();
        _engine.Tell(effects.Demands);
        foreach (var taskId in effects.Release)
            _engine.Release(taskId);
        foreach (var happening in effects.Happenings)
        {
            _engine.Events.Add(now, JobEvents.Of(_jobId, happening));
            _log.Happened(_jobId, happening);
        }
        foreach (var ends in Model.Untold)
            _engine.Then(() => _grains.GetGrain<IJobGrain>(ends.Key).ParentEndedAsync(_jobId, ends.ToValueList()).Ignore());
        foreach (var notice in effects.Tell)
            _engine.Then(() => TellAsync(notice).Ignore());
        if (Model.NextWake is { } next)
            _engine.LookAgain(next);
        if (Model.IsLive)
            _engine.LookAgain(now + Awake);
        return false;
    }

    /// <inheritdoc/>
    public async Task WriteAsync()
    {
        // First, so that a job that dies before or after its write is woken again.
        while (Model.IsLive && !Timer.WillWake())
            await Timer.EnsureWokenAsync(Model.NextDue);
        var gone = Model.IsGone;
        var entry = gone || _store.Head.Spec is null ? null : new JobTimerEntry { Due = Model.NextDue, Live = Model.IsLive };
        var headChanged = Model.HeadChanged;
        // What is staged while this write is under way is stored, and told, with the next.
        var changed = _store.TakeChangedTasks();
        var isNews = _store.TakeChanged() || headChanged || !Timer.Has(entry) || (!Timer.HasToldSummary && Model.IsLive);
        if (entry is not null && isNews)
            entry = entry with { Summary = View.Summary() };
        Model.HeadChanged = false;
        if (gone)
        {
            await _store.EraseAsync();
            Take();
        }
        else
        {
            await _store.WriteAsync(headChanged);
        }
        Announcements.Tell(changed);
        // What was there of a name that there is no job of is known only when the timer has said so.
        if (isNews && (entry is not null || !Timer.Has(null)))
            Timer.Tell(entry);
    }

    /// <inheritdoc/>
    public void Confirm() => Model.HeadChanged = true;

    /// <inheritdoc/>
    public void Report(OwnedTask<RunTask> task, TaskUpdate update, DateTimeOffset now)
    {
        var pins = _store.Head.ImagePins;
        Model.Report(update, now);
        if (pins != _store.Head.ImagePins)
            _engine.FoundOut();
        if (Model.IsOther(update))
            _engine.Evict(task, EvictReasons.OtherImage);
        _engine.MustDecide();
    }

    /// <inheritdoc/>
    public void ReportUnknownEnd(TaskUpdate update, DateTimeOffset now)
    {
        // The end of an attempt that is over: nothing depends on it any more.
    }

    /// <inheritdoc/>
    public RunTask Place(TaskPlacement placement, WaitingDemand<string> demand, DateTimeOffset now) => Model.Place(placement);

    /// <inheritdoc/>
    public void GangExpired()
    {
    }

    /// <inheritdoc/>
    public async ValueTask<TaskBuild> BuildAsync(RunTask task, string purpose, TaskPlacement placement)
    {
        if (_store.Runs.Items.GetValueOrDefault(purpose) is not { } run)
            return new(default, "Its run is there no more.");
        ValueMap<SecretText> secrets = default;
        if (run.Spec.Task.Secrets is { IsEmpty: false } names)
        {
            var values = await _grains.GetGrain<ISecretGrain>(0).ResolveAsync(names.Values.Distinct().ToValueList());
            if (names.Values.FirstOrDefault(source => !values.ContainsKey(source)) is { } missing)
                return new(default, $"The secret '{missing}' has no value in the secret store.");
            secrets = names.Select(name => KeyValuePair.Create(name.Key, values[name.Value])).ToValueMap();
        }
        List<RunTask> gang = run.Spec.Array is { Gang: true } ? [.. Model.LiveTasksOf(run.RunId).OrderBy(other => other.Index)] : [];
        return gang.Any(other => other.AgentId is null)
            ? new(default, "Its gang has not been placed as a whole.")
            : Model.Pinned(new([JobTasks.Build(run, task, Owner, secrets, placement.FromReserved, gang)], null), run);
    }

    /// <inheritdoc/>
    public TimeSpan GraceOf(RunTask task) => TimeSpan.FromSeconds(_store.Runs.Items.GetValueOrDefault(task.RunId)?.Spec.Task.KillGraceSeconds ?? 3);

    /// <inheritdoc/>
    public string? KillReasonOf(RunTask task) => null;

    /// <inheritdoc/>
    public DateTimeOffset? HeldUntil(RunTask task, DateTimeOffset now) => Announcements.DrainsUntil(task, now);

    private async Task TellAsync(JobNotice notice)
    {
        var refused = await _sender.SendAsync(notice, CancellationToken.None);
        if (refused is null)
            Model.NoticeTaken(notice.Key);
        else
            Model.NoticeFailed(notice.Key, refused, _time.GetUtcNow());
        _log.Told(_jobId, notice, refused);
        await _engine.ActAsync();
    }

    private void Take()
    {
        Model = new(_store.Record, _engine.Demands, Owner);
        View = new(_store, Model);
    }
}
