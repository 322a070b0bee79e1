using Microsoft.Extensions.Logging;
using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Schedules;
using Platform.Grains.Events;

namespace Platform.Grains.Jobs;

/// <summary>A job's definition as the gate records it.</summary>
/// <param name="Spec">The definition.</param>
/// <param name="Version">Its number.</param>
/// <param name="Applied">The job has it, and knows who follows.</param>
[GenerateSerializer, Immutable, Alias("Platform.JobEntry")]
public sealed record JobEntry([property: Id(0)] JobSpec Spec, [property: Id(1)] long Version, [property: Id(2)] bool Applied);

/// <summary>Checks each change against all jobs, records it, and hands it to the jobs that it concerns until they have it.</summary>
[KeepAlive, GrainType("platform.job-graph")]
public sealed partial class JobGraphGrain : Grain, IJobGraphGrain
{
    private static readonly TimeSpan ApplyAgain = TimeSpan.FromSeconds(1);

    private readonly IPersistentItems<JobEntry> _jobs;
    private readonly TimeProvider _time;
    private readonly ILogger<JobGraphGrain> _logger;
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _children = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unapplied = new(StringComparer.Ordinal);

    /// <summary>Made by the runtime.</summary>
    public JobGraphGrain([PersistentItems("jobs", "platform")] IPersistentItems<JobEntry> jobs, TimeProvider time, ILogger<JobGraphGrain> logger) =>
        (_jobs, _time, _logger) = (jobs, time, logger);

    private IJobTriggerGrain Triggers => GrainFactory.GetGrain<IJobTriggerGrain>(0);

    private IFileWatchGrain Files => GrainFactory.GetGrain<IFileWatchGrain>(0);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, entry) in _jobs.Items)
        {
            Index(id, entry.Spec);
            if (!entry.Applied)
                _unapplied.Add(id);
        }
        this.RegisterGrainTimer(GoOnAsync, new GrainTimerCreationOptions(TimeSpan.Zero, ApplyAgain) { KeepAlive = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<JobSpec?> GetAsync(string id) => Task.FromResult(_jobs.Items.GetValueOrDefault(id)?.Spec);

    /// <inheritdoc/>
    public Task<ValueList<JobSpec>> ListAsync(string after = "", int most = int.MaxValue)
    {
        var names = after.Length == 0 ? _names : _names.GetViewBetween(after + "\0", "\uffff");
        return Task.FromResult(names.Take(most).Select(id => _jobs.Items[id].Spec).ToValueList());
    }

    /// <inheritdoc/>
    public async Task<ValueList<SpecProblem>> CheckAsync(JobSpec spec)
    {
        var problems = ProblemsOf(spec, _time.GetUtcNow()).Problems;
        return [.. problems, .. JobGroups.CanCount(problems) ? await CheckLimitsAsync(spec) : default];
    }

    /// <inheritdoc/>
    public async Task<JobChange> PutAsync(JobSpec spec, JobPut mode)
    {
        var before = _jobs.Items.GetValueOrDefault(spec.Id);
        if (before is not null && mode == JobPut.Add)
            return new() { Outcome = JobOutcome.Taken, Spec = before.Spec };
        if (before is null && mode == JobPut.Replace)
            return new() { Outcome = JobOutcome.Unknown };
        var now = _time.GetUtcNow();
        var (problems, unknown) = ProblemsOf(spec, now);
        if (problems.Count == 0)
            problems.AddRange(await ClaimAsync(spec));
        else if (JobGroups.CanCount(problems))
            problems.AddRange(await CheckLimitsAsync(spec));
        if (problems.Count > 0)
            return new() { Outcome = JobOutcome.Invalid, Problems = problems.ToValueList(), Others = unknown };
        if (before is null || before.Spec != spec)
        {
            var version = Math.Max((before?.Version ?? 0) + 1, now.UtcTicks);
            Hold(spec.Id, spec);
            _jobs.Set(spec.Id, new(spec, version, Applied: false));
            if (before is not null)
                Unindex(spec.Id, before.Spec);
            Index(spec.Id, spec);
            _unapplied.Add(spec.Id);
            // Those that it follows, or no longer follows, have to know.
            foreach (var parent in spec.Parents.Concat(before?.Spec.Parents ?? default).Distinct(StringComparer.Ordinal))
                Concern(parent);
            await WriteAsync();
            Tell("job_changed_event", spec.Id);
            if (JobEvents.LabelsUnread(spec) is { } unread)
                PlatformEvents.Publish(GrainFactory, now, unread);
        }
        await ApplyAsync();
        LogDefined(spec.Id, before is null ? "added" : "replaced");
        return new() { Spec = spec, Added = before is null };
    }

    /// <inheritdoc/>
    public async Task<JobChange> RemoveAsync(string id, bool stopRuns, bool freeChildren)
    {
        if (_jobs.Items.GetValueOrDefault(id) is not { } entry)
            return new() { Outcome = JobOutcome.Unknown };
        var children = ChildrenOf(id);
        if (!children.IsEmpty && !freeChildren)
            return new() { Outcome = JobOutcome.Followed, Others = children, Spec = entry.Spec };
        if (!await GrainFactory.GetGrain<IJobGrain>(id).RemoveAsync(stopRuns))
            return new() { Outcome = JobOutcome.Running, Spec = entry.Spec };
        await Triggers.SetAsync(id, default);
        await Files.SetAsync(id, default);
        foreach (var child in children)
        {
            var old = _jobs.Items[child];
            var parents = old.Spec.Parents.Where(parent => parent != id).ToValueList();
            var spec = old.Spec with { Parents = parents, Disabled = old.Spec.Disabled || parents.IsEmpty };
            _jobs.Set(child, new(spec, Math.Max(old.Version + 1, _time.GetUtcNow().UtcTicks), Applied: false));
            Unindex(child, old.Spec);
            Index(child, spec);
            _unapplied.Add(child);
        }
        Hold(id, default);
        _jobs.Remove(id);
        Unindex(id, entry.Spec);
        _names.Remove(id);
        _unapplied.Remove(id);
        foreach (var parent in entry.Spec.Parents)
            Concern(parent);
        await WriteAsync();
        Tell("job_removed_event", id);
        foreach (var child in children)
            Tell("job_changed_event", child);
        await ApplyAsync();
        LogDefined(id, "removed");
        return new() { Spec = entry.Spec };
    }

    private Task GoOnAsync() => Task.WhenAll(TellGroupsAsync(), ApplyAsync());

    /// <summary>Hands over what jobs do not have yet; what does not get through is tried again every second.</summary>
    private async Task ApplyAsync()
    {
        if (_unapplied.Count == 0)
            return;
        var applied = new List<string>();
        await Task.WhenAll(_unapplied.ToList().Select(async id =>
        {
            if (_jobs.Items.GetValueOrDefault(id) is not { } entry)
            {
                applied.Add(id);
                return;
            }
            try
            {
                await GrainFactory.GetGrain<IJobGrain>(id).DefineAsync(entry.Spec, entry.Version, ChildrenOf(id));
                await Triggers.SetAsync(id, entry.Spec.Triggers.Where(trigger => trigger.File is null).ToValueList());
                await Files.SetAsync(id, entry.Spec.Triggers.Select(trigger => trigger.File).OfType<FileTriggerSpec>().ToValueList());
                applied.Add(id);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogNotApplied(failure, id);
            }
        }));
        foreach (var id in applied)
        {
            _unapplied.Remove(id);
            if (_jobs.Items.GetValueOrDefault(id) is { Applied: false } entry)
                _jobs.Set(id, entry with { Applied = true });
        }
        await _jobs.WriteAsync();
    }

    private (List<SpecProblem> Problems, ValueList<string> Unknown) ProblemsOf(JobSpec spec, DateTimeOffset now)
    {
        var problems = JobValidator.Validate(spec, now);
        var unknown = spec.Parents.Where(parent => parent != spec.Id && !_jobs.Items.ContainsKey(parent)).ToValueList();
        foreach (var parent in unknown)
            problems.Add(new("parents", $"there is no job '{parent}' to follow; add it first"));
        if (JobValidator.FindCycle(spec.Id, spec.Sources, SourcesOf) is { Count: > 2 } cycle)
            problems.Add(new(spec.Parents.Contains(cycle[^2]) ? "parents" : "triggers", $"{JobValidator.Circle}: {string.Join(" -> ", cycle)}"));
        return (problems, unknown);
    }

    private void Tell(string type, string id) => PlatformEvents.Publish(GrainFactory, _time.GetUtcNow(), JobEvents.Of(id, new(type, null)));

    private void Concern(string id)
    {
        if (_jobs.Items.GetValueOrDefault(id) is not { } entry)
            return;
        _jobs.Set(id, entry with { Applied = false });
        _unapplied.Add(id);
    }

    private ValueList<string> ChildrenOf(string id) => _children.TryGetValue(id, out var children) ? children.ToValueList() : default;

    private IEnumerable<string> SourcesOf(string id) => _jobs.Items.TryGetValue(id, out var entry) ? entry.Spec.Sources : [];

    private void Index(string id, JobSpec spec)
    {
        _names.Add(id);
        _groups.Add(spec);
        foreach (var parent in spec.Parents)
        {
            if (!_children.TryGetValue(parent, out var children))
                _children[parent] = children = new(StringComparer.Ordinal);
            children.Add(id);
        }
    }

    private void Unindex(string id, JobSpec spec)
    {
        _groups.Remove(spec);
        foreach (var parent in spec.Parents)
        {
            if (_children.TryGetValue(parent, out var children) && children.Remove(id) && children.Count == 0)
                _children.Remove(parent);
        }
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId} is {Change}")]
    private partial void LogDefined(string jobId, string change);

    [LoggerMessage(LogLevel.Warning, "Job {JobId} did not take its definition; it is handed over again")]
    private partial void LogNotApplied(Exception failure, string jobId);
}
