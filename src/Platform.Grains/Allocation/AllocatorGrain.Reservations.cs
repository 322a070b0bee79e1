using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;

namespace Platform.Grains.Allocation;

/// <content>Reservations and volumes that operators make.</content>
public sealed partial class AllocatorGrain
{
    /// <inheritdoc/>
    public Task<ValueMap<Resources>> GetReservationsAsync() => Task.FromResult(_model.DynamicReservations.ToValueMap());

    /// <inheritdoc/>
    public Task<string?> ReserveAsync(string agentId, string role, Resources resources) =>
        InTurnAsync(() => ChangeReservationsAsync(agentId, () => _model.SetReservation(agentId, role, resources)));

    /// <inheritdoc/>
    public Task<string?> OperateAsync(string agentId, OfferOperation operation) =>
        InTurnAsync(() => ChangeReservationsAsync(agentId, () => _model.Operate(agentId, operation)));

    // The model is changed first, since only it can tell whether the change is possible.
    private async Task<string?> ChangeReservationsAsync(string agentId, Func<string?> change)
    {
        if (change() is { } problem)
            return problem;
        var before = _state.State.Reservations;
        _state.State.Reservations = _model.DynamicReservations.ToValueMap();
        await SaveAsync(() =>
        {
            // The next activation begins from what is stored.
            _state.State.Reservations = before;
            DeactivateOnIdle();
        });
        LogReserved(agentId, _state.State.Reservations.Find(agentId)?.ToString() ?? "nothing");
        await DecideSoon();
        return null;
    }
}
