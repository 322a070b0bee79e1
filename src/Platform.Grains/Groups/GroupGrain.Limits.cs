using Platform.Contracts.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;

namespace Platform.Grains.Groups;

/// <summary>Limits of groups: kept with the tree, so that the gate decides by them in the same breath as it takes a change in.</summary>
public sealed partial class GroupGrain
{
    /// <inheritdoc/>
    public async Task SetLimitAsync(string group, GroupLimit? limit)
    {
        ThrowIfBroken();
        _ledger.SetLimit(group, limit);
        await _writer.WriteAsync();
        LogLimit(group, limit?.ToString() ?? "none");
    }

    /// <inheritdoc/>
    public async Task<ValueMap<GroupLimitStatus>> GetLimitsAsync()
    {
        await KnowJobsAsync();
        var used = GroupLimits.Used(_ledger.Limits, _ledger.Apps, _ledger.Jobs.Uses);
        return _ledger.Limits.Select(limit => KeyValuePair.Create(limit.Key, new GroupLimitStatus(limit.Value, used[limit.Key]))).ToValueMap();
    }
}
