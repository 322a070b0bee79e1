using Platform.Contracts.Agents;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Maintenance;

namespace Platform.Grains.Allocation;

/// <content>Agents that will be away.</content>
public sealed partial class AllocatorGrain
{
    private readonly Dictionary<string, (string Hostname, string Address)> _machines = new(StringComparer.Ordinal);
    private readonly Dictionary<(string AgentId, string Owner), InverseOfferAnswer> _answers = [];
    private MaintenancePlan _maintenance = MaintenancePlan.Empty;

    /// <inheritdoc/>
    public Task SetMaintenanceAsync(ValueList<ScheduledWindow> windows)
    {
        var before = _maintenance;
        _maintenance = new() { Windows = windows };
        foreach (var (id, machine) in _machines)
        {
            var window = _maintenance.WindowOf(machine.Hostname, machine.Address);
            if (window == before.WindowOf(machine.Hostname, machine.Address))
                continue;
            ForgetAnswers(id);
            _model.SetMaintenance(id, window);
        }
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task AnswerInverseOffersAsync(string owner, ValueList<string> inverseOfferIds, bool accepted, double refuseSeconds)
    {
        var now = _time.GetUtcNow();
        var asked = _model.InverseOffers.Where(offer => offer.FrameworkId == owner).ToDictionary(offer => offer.Id, offer => offer.AgentId, StringComparer.Ordinal);
        foreach (var id in inverseOfferIds)
        {
            if (_model.AnswerInverseOffer(owner, id, refuseSeconds, now) && asked.TryGetValue(id, out var agentId) && _machines.TryGetValue(agentId, out var machine))
                _answers[(agentId, owner)] = new(machine.Hostname, machine.Address, owner, accepted, now);
        }
        return DecideSoon();
    }

    /// <inheritdoc/>
    public Task<ValueList<InverseOfferAnswer>> GetInverseOfferAnswersAsync() => Task.FromResult(_answers.Values.ToValueList());

    private AllocatorAgent ToAgent(AgentStatus agent)
    {
        var (hostname, address) = _machines[agent.Registration.AgentId] = (agent.Registration.Hostname, agent.Registration.Address);
        return AgentPlaces.ToAgent(agent) with { Maintenance = _maintenance.WindowOf(hostname, address) };
    }

    private void ForgetMachine(string agentId)
    {
        _machines.Remove(agentId);
        ForgetAnswers(agentId);
    }

    private void ForgetAnswers(string agentId)
    {
        foreach (var key in _answers.Keys.Where(key => key.AgentId == agentId).ToList())
            _answers.Remove(key);
    }
}
