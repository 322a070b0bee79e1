using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Groups;

namespace Platform.Grains.Groups;

/// <summary>What jobs come to, for limits: asked of the jobs' gate when it is first needed, and kept up to date by what that gate claims and tells.</summary>
public sealed partial class GroupGrain
{
    private Task? _asking;

    /// <inheritdoc/>
    public async Task<ValueList<GroupExcess>> ClaimJobsAsync(JobClaim claim, bool dryRun)
    {
        ThrowIfBroken();
        // What nobody knows need not be kept up to date: the one who first needs it asks, and is told of this claim too.
        if (_ledger.Limits.Count == 0 && !_ledger.Jobs.IsKnown && _asking is null)
            return default;
        await KnowJobsAsync(claim.Gate);
        ThrowIfBroken();
        var excesses = GroupLimits.Beyond(_ledger.Limits, _ledger.Apps, _ledger.Jobs.Uses, claim).ToValueList();
        if (!excesses.IsEmpty || dryRun)
            return excesses;
        if (!_ledger.Jobs.Take(claim))
            throw new InvalidOperationException($"The change of a job in {claim.Group} came too late to be held against the limits of groups; ask again");
        if (GroupLimits.Cover(_ledger.Limits, claim.Group))
        {
            // What it was decided on may not be stored yet, and would not be there after a crash; nor may this be the tree's gate any more.
            _ledger.NoteJobClaim();
            await _writer.WriteAsync();
        }
        return excesses;
    }

    /// <inheritdoc/>
    public async Task JobsChangedAsync(JobUses told)
    {
        // What is being asked for may be older than what is told.
        while (_asking is { } asking)
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (_ledger.Jobs.IsOf(told.Gate))
            _ledger.Jobs.Take(told);
        else
            _ledger.Jobs.Forget();
    }

    /// <summary>Done when it is known what jobs come to, if anything is limited; who decides does so in the same turn.</summary>
    /// <param name="gate">The activation of the jobs' gate that it must be from; null: any.</param>
    private async Task KnowJobsAsync(Guid? gate = null)
    {
        while (_asking is not null || !_ledger.Jobs.IsKnown)
        {
            if (gate is null && _ledger.Limits.Count == 0)
                return;
            await (_asking ??= AskJobsAsync());
        }
        if (gate is not { } asked || _ledger.Jobs.IsOf(asked))
            return;
        _ledger.Jobs.Forget();
        await (_asking ??= AskJobsAsync());
        if (!_ledger.Jobs.IsOf(asked))
            throw new InvalidOperationException("Another gate of the jobs has taken the place of the one that asks");
    }

    private async Task AskJobsAsync()
    {
        // So that the field is set before it is emptied.
        await Task.Yield();
        try
        {
            _ledger.Jobs.Begin(await GrainFactory.GetGrain<IJobGraphGrain>(0).GetUsesAsync());
        }
        finally
        {
            _asking = null;
        }
    }
}
