using Platform.Core.Collections;
using Platform.Core.Roles;

namespace Platform.Grains.Allocation;

public sealed partial class AllocatorGrain
{
    /// <inheritdoc/>
    public Task<ValueList<string>> SetWeightsAsync(ValueMap<double> weights) => InTurnAsync(() => StoreWeightsAsync(weights));

    private async Task<ValueList<string>> StoreWeightsAsync(ValueMap<double> weights)
    {
        var problems = weights.SelectMany(weight => Problems(weight.Key, weight.Value)).ToValueList();
        if (!problems.IsEmpty)
            return problems;
        var before = _state.State.Weights;
        _state.State.Weights = before.Concat(weights).ToValueMap();
        await SaveAsync(() => _state.State.Weights = before);
        foreach (var (role, weight) in weights)
        {
            _model.SetWeight(role, weight);
            LogWeight(role, weight);
        }
        await DecideSoon();
        return default;
    }

    /// <inheritdoc/>
    public Task<ValueList<string>> SetQuotasAsync(ValueMap<Quota> quotas, bool force) => InTurnAsync(() => StoreQuotasAsync(quotas, force));

    private async Task<ValueList<string>> StoreQuotasAsync(ValueMap<Quota> quotas, bool force)
    {
        var old = quotas.Select(quota => KeyValuePair.Create(quota.Key, _model.QuotaOf(quota.Key))).ToList();
        var problems = _model.SetQuotas([.. quotas], force).ToValueList();
        if (!problems.IsEmpty)
            return problems;
        var before = _state.State.Quotas;
        _state.State.Quotas = before.Concat(quotas).Where(quota => !(quotas.Find(quota.Key)?.IsNone ?? false)).ToValueMap();
        await SaveAsync(() =>
        {
            _state.State.Quotas = before;
            _model.SetQuotas(old, force: true);
        });
        foreach (var (role, quota) in quotas)
            LogQuota(role, quota.Guarantees.ToString(), quota.Limits.ToString());
        await DecideSoon();
        return default;
    }

    private static IEnumerable<string> Problems(string role, double weight)
    {
        if (RoleName.Validate(role) is { } problem)
            yield return problem;
        if (!double.IsFinite(weight) || weight <= 0)
            yield return $"the weight of {role} must be above 0";
    }

    // While a change is written the grain goes on with its work; only the next change waits.
    private async Task<T> InTurnAsync<T>(Func<Task<T>> change)
    {
        var before = _lastChange;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _lastChange = done.Task;
        await before;
        try
        {
            return await change();
        }
        finally
        {
            done.SetResult();
        }
    }

    // What cannot be stored is not done.
    private async Task SaveAsync(Action undo)
    {
        try
        {
            await _state.WriteStateAsync();
        }
        catch (StorageException)
        {
            undo();
            throw;
        }
    }
}
