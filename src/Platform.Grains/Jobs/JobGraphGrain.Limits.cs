using Microsoft.Extensions.Logging;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Jobs;
using Platform.Core.Schedules;

namespace Platform.Grains.Jobs;

/// <summary>Limits of groups: what asks for more is claimed of the tree's gate before it is stored, and what became of it is told after that.</summary>
public sealed partial class JobGraphGrain
{
    // Who changes a job does not wait longer for the tree's gate to hear of it; it is told again.
    private static readonly TimeSpan TellWithin = TimeSpan.FromSeconds(2);

    private readonly JobGroups _groups = new();
    // Of this activation: what the one before it has claimed, and may not have made, is nothing that this one knows.
    private readonly Guid _gate = Guid.NewGuid();
    private readonly HashSet<string> _untold = new(StringComparer.Ordinal);
    private bool _hasBegun;
    private long _number;

    private IGroupGrain Tree => GrainFactory.GetGrain<IGroupGrain>(AppPath.Root);

    /// <inheritdoc/>
    public Task<JobUses> GetUsesAsync() => Task.FromResult(new JobUses(_gate, _number, _groups.Counted()));

    /// <inheritdoc/>
    public async Task<ValueList<SpecProblem>> CheckLimitsAsync(JobSpec spec) =>
        ClaimOf(spec) is { } claim ? JobGroups.ProblemsOf(spec, await Tree.ClaimJobsAsync(claim, dryRun: true)).ToValueList() : default;

    /// <summary>What keeps a definition that is right from being made; nothing: it is counted, and may be stored.</summary>
    private async Task<ValueList<SpecProblem>> ClaimAsync(JobSpec spec)
    {
        if (ClaimOf(spec) is not { } claim)
            return default;
        _number++;
        // Before it is claimed: whoever takes the place of the tree's gate meanwhile hears of it from here.
        _groups.Hold(claim.Group, claim.After);
        ValueList<GroupExcess> excesses;
        try
        {
            excesses = await Tree.ClaimJobsAsync(claim, dryRun: false);
        }
        catch
        {
            // It may count there.
            GiveUp(claim.Group);
            throw;
        }
        if (excesses.IsEmpty)
            return default;
        GiveUp(claim.Group);
        await TellGroupsAsync();
        return JobGroups.ProblemsOf(spec, excesses).ToValueList();
    }

    /// <summary>What a definition asks for that it, as it stands, does not; null: no more of anything.</summary>
    private JobClaim? ClaimOf(JobSpec spec)
    {
        var (group, stands) = (JobGroups.Of(spec.Id), UseOf(spec.Id));
        var then = GroupUse.Of(spec);
        if (GroupUse.Max(stands, then) == stands)
            return null;
        var before = _groups.UseOf(group);
        return new(_gate, _number + 1, group, before, before - stands + then);
    }

    private GroupUse UseOf(string id) => _jobs.Items.TryGetValue(id, out var entry) ? GroupUse.Of(entry.Spec) : default;

    // What is given up counts until that is stored.
    private void Hold(string id, JobSpec? spec)
    {
        var (group, stands) = (JobGroups.Of(id), UseOf(id));
        var then = spec is null ? default : GroupUse.Of(spec);
        _groups.Hold(group, _groups.UseOf(group) - stands + then);
        // What only grew was told with its claim.
        if (GroupUse.Max(stands, then) != then)
            _untold.Add(group);
    }

    private async Task WriteAsync()
    {
        // When it fails this activation ends, and what is held counts until the next one has begun.
        await _jobs.WriteAsync();
        _groups.Release();
        await TellGroupsAsync();
    }

    private void GiveUp(string group)
    {
        _groups.Release();
        _untold.Add(group);
    }

    /// <summary>Tells the tree's gate what jobs come to where that became less, and once that this activation has begun; what does not get through is told again every second.</summary>
    private async Task TellGroupsAsync()
    {
        if (_hasBegun && _untold.Count == 0)
            return;
        var groups = _untold.ToList();
        var told = new JobUses(_gate, ++_number, groups.Select(group => KeyValuePair.Create(group, _groups.CountedOf(group))).ToValueMap());
        try
        {
            await Tree.JobsChangedAsync(told).WaitAsync(TellWithin, _time);
            _hasBegun = true;
            _untold.ExceptWith(groups);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotTold(failure);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The tree's gate was not told what jobs come to; it is told again")]
    private partial void LogNotTold(Exception failure);
}
