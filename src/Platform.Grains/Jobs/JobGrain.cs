using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Jobs;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;
using Platform.Grains.Ownership;
using Platform.Grains.Registry;

namespace Platform.Grains.Jobs;

/// <summary>One job: takes what is asked of it. <see cref="JobOwner"/> decides, and the engine does to tasks what was decided.</summary>
/// <remarks>It stays in memory only while it goes on; its timer wakes it when it is due.</remarks>
[Reentrant, GrainType("platform.job")]
public sealed class JobGrain(
    [PersistentState("job", "platform")] IPersistentState<JobState> head,
    [PersistentItems("runs", "platform")] IPersistentItems<RunState> runs,
    [PersistentItems("tasks", "platform")] IPersistentItems<RunTask> tasks,
    [PersistentItems("notices", "platform")] IPersistentItems<JobNotice> notices,
    IOptions<OwnershipOptions> ownership,
    INoticeSender sender,
    HandOverGate gate,
    EndpointPost post,
    TimeProvider time,
    ILogger<JobGrain> logger) : Grain, IJobGrain
{
    private JobStore _store = null!;
    private JobOwner _owner = null!;
    private OwnershipEngine<RunTask, string> _engine = null!;

    private JobModel Model => _owner.Model;

    private bool IsThere => _store.Head is { Spec: not null, Removed: false };

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _store = new(head, runs, tasks, notices, time.GetUtcNow());
        _owner = new(this.GetPrimaryKeyString(), _store, GrainFactory, sender, post, time, new(logger));
        _engine = new(this, GrainFactory, _owner, _store.Owned, ownership.Value, time, logger);
        _owner.Join(_engine);
        // The term is stored with the first write.
        _owner.Confirm();
        _owner.Announcements.TellStored(Model.IsLive);
        if (Model.IsLive)
            _engine.Recover();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (reason.ReasonCode == DeactivationReasonCode.ShuttingDown)
            _engine.Stop();
        _owner.Announcements.Stop();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task DefineAsync(JobSpec spec, long version, ValueList<string> children)
    {
        Model.Define(spec, version, children, time.GetUtcNow());
        await ActAsync();
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAsync(bool stopRuns)
    {
        if (_store.Head.Spec is null)
            return true;
        if (!stopRuns && Model.LiveRuns.Any())
            return false;
        Model.Remove();
        await ActAsync();
        return true;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => _engine.ActAsync();

    /// <inheritdoc/>
    public async Task DueAsync(JobTimerEntry known)
    {
        _owner.Timer.Knows(known);
        // An activation that died has stored its end and told nobody.
        if (known.Live && !Model.IsLive)
            await _owner.Announcements.TellAllAsync();
        _engine.DecideAndAsk();
        await gate.PassAsync();
        await _engine.SettleAsync();
    }

    /// <inheritdoc/>
    public async Task<RunStatus?> StartAsync(ValueList<string> arguments, ValueMap<string> environment, DateTimeOffset? at = null)
    {
        if (!IsThere)
            return null;
        var runId = Model.Start(arguments, environment, at, time.GetUtcNow());
        await ActAsync();
        return _owner.View.StatusOf(_store.Runs.Items[runId]);
    }

    /// <inheritdoc/>
    public async Task<RunStatus?> DispatchAsync(string? key, string payload)
    {
        if (!IsThere)
            return null;
        var runId = Model.Dispatch(key, payload, time.GetUtcNow());
        await ActAsync();
        return runId is null ? null : _owner.View.StatusOf(_store.Runs.Items[runId]);
    }

    /// <inheritdoc/>
    public Task HappenedAsync(long sequence, string json)
    {
        Model.Happened(sequence, json, time.GetUtcNow());
        return _engine.ActAsync();
    }

    /// <inheritdoc/>
    public async Task FilesAppearedAsync(string agentId, ValueList<AppearedFile> files)
    {
        if (!IsThere)
            return;
        var taken = Model.FilesAppeared(agentId, files, time.GetUtcNow());
        await _engine.ActAsync();
        if (taken > 0)
            GrainFactory.GetGrain<IAgentGrain>(agentId).FilesTakenAsync(new(this.GetPrimaryKeyString(), taken)).Ignore();
    }

    /// <inheritdoc/>
    public async Task<BackfillResult> BackfillAsync(DateTimeOffset from, DateTimeOffset until, int parallelism)
    {
        if (!IsThere)
            return new(null, default);
        var problems = Model.Backfill(from, until, parallelism, time.GetUtcNow());
        if (!problems.IsEmpty)
            return new(null, problems);
        var number = Model.Backfills[^1].Number;
        await ActAsync();
        return new(Model.Backfills.First(backfill => backfill.Number == number), default);
    }

    /// <inheritdoc/>
    public async Task<bool> StopBackfillAsync(int number)
    {
        if (!Model.StopBackfill(number))
            return false;
        await ActAsync();
        return true;
    }

    /// <inheritdoc/>
    public Task<ValueList<BackfillState>> GetBackfillsAsync() => Task.FromResult(Model.Backfills);

    /// <inheritdoc/>
    public async Task<RunStatus?> RunAgainAsync(string runId)
    {
        if (!IsThere || Model.RunAgain(runId, time.GetUtcNow()) is not { } again)
            return null;
        await ActAsync();
        return _owner.View.StatusOf(_store.Runs.Items[again]);
    }

    /// <inheritdoc/>
    public Task<ValueList<RunState>> GetRelatedAsync(ValueList<RunRef> known) => Task.FromResult(Model.RelatedTo(known.ToHashSet()).ToValueList());

    /// <inheritdoc/>
    public async Task<int> StopAsync(string? runId, string reason)
    {
        var stopped = Model.LiveRuns.Where(run => runId is null || run.RunId == runId).ToList().Count(run => Model.Stop(run.RunId, reason));
        if (stopped > 0)
            await ActAsync();
        return stopped;
    }

    /// <inheritdoc/>
    public async Task<bool> PauseAsync(string note)
    {
        if (!IsThere)
            return false;
        Model.Pause(note);
        await ActAsync();
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> ResumeAsync()
    {
        if (!IsThere)
            return false;
        Model.Resume(time.GetUtcNow());
        await ActAsync();
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> TellSuccessAsync()
    {
        if (!IsThere)
            return false;
        Model.TellSuccess(time.GetUtcNow());
        await ActAsync();
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> ProgressAsync(string taskId, long added)
    {
        if (!Model.Progress(taskId, added))
            return false;
        await ActAsync();
        return true;
    }

    /// <inheritdoc/>
    public async Task ParentEndedAsync(string parent, ValueList<ParentEnd> ends)
    {
        var now = time.GetUtcNow();
        foreach (var end in ends)
            Model.ParentEnded(parent, end, now);
        await _engine.ActAsync();
        GrainFactory.GetGrain<IJobGrain>(parent).HeardAsync(this.GetPrimaryKeyString(), ends[^1].Number).Ignore();
    }

    /// <inheritdoc/>
    public Task HeardAsync(string child, long number)
    {
        Model.Heard(child, number);
        return _engine.ActAsync();
    }

    /// <inheritdoc/>
    public Task<JobStatus?> GetStatusAsync()
    {
        // A name that is only asked for does not stay in memory.
        if (_owner.IsOver)
            DeactivateOnIdle();
        return Task.FromResult(_owner.View.Status());
    }

    /// <inheritdoc/>
    public Task<ValueList<RunStatus>> GetHistoryAsync(int most) => Task.FromResult(Model.EndedRuns.Take(most).Select(_owner.View.StatusOf).ToValueList());

    /// <inheritdoc/>
    public Task<RunPage> GetRunPageAsync(int skip, int most) => Task.FromResult(new RunPage
    {
        Total = Model.RunCount,
        Runs = Model.LiveRuns.Reverse().Concat(Model.EndedRuns).Skip(skip).Take(most).Select(_owner.View.StatusOf).ToValueList(),
    });

    /// <inheritdoc/>
    public Task<RunStatus?> GetRunAsync(string runId) =>
        Task.FromResult(_store.Runs.Items.GetValueOrDefault(runId) is { } run ? _owner.View.StatusOf(run) : null);

    /// <inheritdoc/>
    public Task PlacedAsync(PlacementBatch batch) => _engine.PlacedAsync(batch);

    /// <inheritdoc/>
    public Task TaskStatusAsync(string agentId, ValueList<TaskUpdate> updates) => _engine.TaskStatusAsync(agentId, updates);

    /// <inheritdoc/>
    public Task AgentChangedAsync(AgentTasks tasks) => _engine.AgentsChangedAsync([tasks]);

    /// <inheritdoc/>
    public Task AgentsChangedAsync(ValueList<AgentTasks> agents) => _engine.AgentsChangedAsync(agents);

    /// <inheritdoc/>
    public Task<ValueList<string>> HeldAsync(string agentId, ValueList<string> taskIds)
    {
        if (_owner.IsOver)
            DeactivateOnIdle();
        return Task.FromResult(_engine.Held(agentId, taskIds));
    }

    /// <inheritdoc/>
    public Task PreemptAsync(ValueList<string> taskIds, string reason, long run) => _engine.PreemptAsync(taskIds, reason, run);

    /// <inheritdoc/>
    public Task GangExpiredAsync(ValueList<string> demandIds, long run) => _engine.GangExpiredAsync(demandIds, run);

    /// <inheritdoc/>
    public Task NoRoomAsync(ValueList<DemandWithoutRoom> demands, long run) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task ReviewPlacesAsync(ValueList<string> taskIds, long run) => _engine.ReviewPlacesAsync(taskIds, run);

    /// <inheritdoc/>
    public Task AllocatorStartedAsync(long run) => _engine.AllocatorStartedAsync(run);

    /// <inheritdoc/>
    public Task TellEndpointsAsync(long run) => _owner.Announcements.TellAllAsync();

    // Durable, and lists show it.
    private async Task ActAsync()
    {
        await _engine.ActAsync();
        await _owner.Timer.HeardAsync();
    }
}
