using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Grains.Allocation;

/// <content>Frameworks, which are offered resources and choose among them.</content>
public sealed partial class AllocatorGrain
{
    /// <inheritdoc/>
    public async Task<ValueList<string>> SubscribeAsync(FrameworkSubscription subscription)
    {
        var problems = _model.Subscribe(subscription).ToValueList();
        await DecideSoon();
        return problems;
    }

    /// <inheritdoc/>
    public Task DisconnectAsync(string owner)
    {
        _model.Disconnect(owner);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task RemoveFrameworkAsync(string owner)
    {
        _model.RemoveFramework(owner);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task SuppressAsync(string owner, ValueList<string> roles)
    {
        _model.Suppress(owner, [.. roles]);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task ReviveAsync(string owner, ValueList<string> roles)
    {
        _model.Revive(owner, [.. roles]);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task DeclineAsync(string owner, ValueList<string> offerIds, double refuseSeconds)
    {
        var now = _time.GetUtcNow();
        foreach (var id in offerIds)
            _model.Decline(owner, id, refuseSeconds, now);
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task<AcceptResult> AcceptAsync(string owner, ValueList<string> offerIds, ValueList<OfferOperation> operations, double refuseSeconds) =>
        operations.Any(operation => operation.Kind != OfferOperationKind.Launch)
            ? InTurnAsync(() => AcceptAndStoreAsync(owner, offerIds, operations, refuseSeconds))
            : AcceptNowAsync(owner, offerIds, operations, refuseSeconds);

    /// <inheritdoc/>
    public Task<OfferBatch> GetOffersAsync(string owner) => Task.FromResult(new OfferBatch
    {
        Offers = [.. _model.OffersOf(owner)],
        InverseOffers = _model.InverseOffers.Where(offer => offer.FrameworkId == owner).ToValueList(),
    });

    private async Task<AcceptResult> AcceptNowAsync(string owner, ValueList<string> offerIds, ValueList<OfferOperation> operations, double refuseSeconds)
    {
        var result = _model.Accept(owner, [.. offerIds], [.. operations], refuseSeconds, _time.GetUtcNow());
        await DecideSoon();
        return result;
    }

    private async Task<AcceptResult> AcceptAndStoreAsync(string owner, ValueList<string> offerIds, ValueList<OfferOperation> operations, double refuseSeconds)
    {
        AcceptResult? result = null;
        await ChangeReservationsAsync("(offers)", () =>
        {
            result = _model.Accept(owner, [.. offerIds], [.. operations], refuseSeconds, _time.GetUtcNow());
            return null;
        });
        return result!;
    }

    // A framework's offers are known by its owner's name in the model.
    private void TellFrameworks(AllocationRound round)
    {
        if (round.Offers.IsEmpty && round.Rescinded.IsEmpty && round.InverseOffers.IsEmpty)
            return;
        var owners = round.Offers.Select(offer => offer.FrameworkId)
            .Concat(round.Rescinded.Select(offer => offer.FrameworkId))
            .Concat(round.InverseOffers.Select(offer => offer.FrameworkId))
            .Distinct(StringComparer.Ordinal);
        var offers = round.Offers.ToLookup(offer => offer.FrameworkId, StringComparer.Ordinal);
        var rescinded = round.Rescinded.ToLookup(offer => offer.FrameworkId, StringComparer.Ordinal);
        var inverse = round.InverseOffers.ToLookup(offer => offer.FrameworkId, StringComparer.Ordinal);
        foreach (var owner in owners)
        {
            if (FrameworkOwner.IdOf(owner) is not { } id)
                continue;
            GrainFactory.GetGrain<IFrameworkGrain>(id).OfferedAsync(new()
            {
                Offers = offers[owner].ToValueList(),
                Rescinded = rescinded[owner].ToValueList(),
                InverseOffers = inverse[owner].ToValueList(),
            }).Ignore();
        }
    }

    // What frameworks' tasks hold is told exactly, so nothing of it has to be carved anew.
    private void AdoptFrameworkTasks(AgentStatus agent)
    {
        var held = new Dictionary<string, (string Owner, string Role, Core.Resources Resources)>(StringComparer.Ordinal);
        foreach (var task in agent.Tasks)
        {
            if (task.Status.State.IsTerminal() || FrameworkOwner.IdOf(task.Status.Owner) is null)
                continue;
            var id = task.Group ?? task.Status.TaskId;
            held[id] = held.TryGetValue(id, out var others)
                ? others with { Resources = others.Resources.Plus(task.Resources) }
                : (task.Status.Owner, task.Role, task.Resources);
        }
        foreach (var (id, task) in held)
            _model.AdoptFrameworkTask(id, task.Owner, task.Role, agent.Registration.AgentId, task.Resources);
    }
}
