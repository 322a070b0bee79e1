using Platform.Contracts.Apps;
using Platform.Core.Apps;
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
    public Task<ValueMap<GroupLimitStatus>> GetLimitsAsync()
    {
        var limits = _ledger.Limits.ToDictionary(limit => limit.Key, limit => (Limit: limit.Value, Used: default(GroupUse)), StringComparer.Ordinal);
        if (limits.Count > 0)
        {
            foreach (var (appId, app) in _ledger.Apps)
            {
                var use = GroupUse.Of(app.Spec);
                foreach (var group in AppPath.Ancestors(appId))
                {
                    if (limits.TryGetValue(group, out var known))
                        limits[group] = (known.Limit, known.Used + use);
                }
            }
        }
        return Task.FromResult(limits.Select(limit => KeyValuePair.Create(limit.Key, new GroupLimitStatus(limit.Value.Limit, limit.Value.Used))).ToValueMap());
    }
}
