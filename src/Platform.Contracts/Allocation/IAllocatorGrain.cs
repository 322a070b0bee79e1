using Platform.Contracts.Agents;
using Platform.Contracts.Recovery;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Maintenance;
using Platform.Core.Placement;
using Platform.Core.Roles;

namespace Platform.Contracts.Allocation;

/// <summary>The owner of the cluster's resources: agents, roles, demands. One for the whole cluster, key 0.</summary>
/// <remarks>What it knows of agents and demands is rebuilt from agents and owners after a restart; weights, quota, reservations and volumes are persisted.</remarks>
[Alias("Platform.IAllocatorGrain")]
public interface IAllocatorGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>An agent began a session with these resources and tasks; replaces what was known of it.</summary>
    [Alias("AgentAdded")]
    Task AgentAddedAsync(AgentStatus agent, NewsNumber number = default);

    /// <summary>No new tasks on this agent (unreachable, draining, deactivated), or again.</summary>
    [Alias("AgentCondition")]
    Task AgentConditionAsync(string agentId, AgentCondition condition, NewsNumber number = default);

    /// <summary>The agent is gone and its resources with it.</summary>
    [Alias("AgentRemoved")]
    Task AgentRemovedAsync(string agentId, NewsNumber number = default);

    /// <summary>The revocable room that the agent reports.</summary>
    [Alias("AgentSlack")]
    Task AgentSlackAsync(string agentId, Agents.AgentUsage usage);

    /// <summary>Asks for places, or replaces the demand with the same id. Places come to the owner with <see cref="ITaskOwnerGrain.PlacedAsync"/>.</summary>
    /// <param name="demands">The demands, of one owner.</param>
    /// <param name="from">What comes after a later one of the same owner was heard is passed over.</param>
    /// <returns>The number of this run of the allocator, see <see cref="ResyncAsync"/>.</returns>
    [Alias("Submit")]
    Task<long> SubmitAsync(ValueList<Demand> demands, OwnerTerm? from = null);

    /// <summary>Withdraws demands; places already found stay held until released.</summary>
    [Alias("Withdraw")]
    Task WithdrawAsync(ValueList<string> demandIds);

    /// <summary>These tasks hold nothing any more.</summary>
    [Alias("Release")]
    Task ReleaseAsync(ValueList<string> taskIds);

    /// <summary>An agent says that these tasks have ended on it, and their owner does not know them: they hold nothing there any more. What they may hold elsewhere stays.</summary>
    [Alias("ReleaseOn")]
    Task ReleaseOnAsync(string agentId, ValueList<string> taskIds);

    /// <summary>These persistent volumes were destroyed, or never made: their disk is free. Told by agents' grains.</summary>
    [Alias("ReleaseVolumes")]
    Task ReleaseVolumesAsync(ValueList<string> volumeIds);

    /// <summary>After its activation an owner says what it has; what is held for others of its tasks and volumes is released, its old demands are withdrawn.</summary>
    /// <returns>The number of this run of the allocator, its term: each of its activations records a greater one before it tells anybody anything.</returns>
    [Alias("Resync")]
    Task<long> ResyncAsync(string owner, OwnerHoldings holdings, OwnerTerm? from = null);

    /// <summary>Why a demand waits; null if it does not.</summary>
    [AlwaysInterleave, Alias("Explain")]
    Task<PendingExplanation?> ExplainAsync(string demandId);

    /// <summary>At most <paramref name="most"/> of the agents that cannot take a task of a waiting demand now, each with its causes; none when it does not wait.</summary>
    [AlwaysInterleave, Alias("ExplainByAgent")]
    Task<ValueList<AgentRejection>> ExplainByAgentAsync(string demandId, int most);

    /// <summary>Of these demands, which need not be submitted, those of which no task could ever run on the agents that are there or within the limit of its role.</summary>
    [AlwaysInterleave, Alias("FindImpossible")]
    Task<ValueList<PendingExplanation>> FindImpossibleAsync(ValueList<Demand> demands);

    /// <summary>Every demand that waits, longest first.</summary>
    [AlwaysInterleave, Alias("GetPending")]
    Task<ValueList<WaitingDemand>> GetPendingAsync();

    /// <summary>Totals and roles.</summary>
    [AlwaysInterleave, Alias("GetStatus")]
    Task<AllocatorStatus> GetStatusAsync();

    /// <summary>What would become of these changes now, each as if the ones before it had been made: a plan for each that has a demand. Changes nothing.</summary>
    [Alias("Plan")]
    Task<ValueList<PlacementPlan>> PlanAsync(ValueList<PlannedChange> changes);

    /// <summary>Sets weights (above 0) of roles; durable when it returns. Problems are returned, and then nothing has changed. Like the other changes of operators it does not keep the grain from its work while it is stored.</summary>
    [AlwaysInterleave, Alias("SetWeights")]
    Task<ValueList<string>> SetWeightsAsync(ValueMap<double> weights);

    /// <summary>Sets quotas by role, all or none; <see cref="Quota.None"/> removes one. Durable when it returns. Problems are returned, and then nothing has changed.</summary>
    /// <param name="quotas">The quotas.</param>
    /// <param name="force">Also guarantees beyond the cluster's capacity and limits below what is consumed.</param>
    [AlwaysInterleave, Alias("SetQuotas")]
    Task<ValueList<string>> SetQuotasAsync(ValueMap<Quota> quotas, bool force);

    /// <summary>Reservations and volumes made at run time, by agent.</summary>
    [AlwaysInterleave, Alias("GetReservations")]
    Task<ValueMap<Resources>> GetReservationsAsync();

    /// <summary>Sets what is reserved at run time for a role on an agent; durable when it returns. The problem is returned, and then nothing has changed.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="role">The role.</param>
    /// <param name="resources">Plain resources; empty ends the reservation.</param>
    [AlwaysInterleave, Alias("Reserve")]
    Task<string?> ReserveAsync(string agentId, string role, Resources resources);

    /// <summary>Does an operation on free resources of an agent, any but a launch; durable when it returns. The problem is returned, and then nothing has changed.</summary>
    [AlwaysInterleave, Alias("Operate")]
    Task<string?> OperateAsync(string agentId, OfferOperation operation);

    /// <summary>A framework wants offers, or wants them otherwise. They come with <see cref="Frameworks.IFrameworkGrain.OfferedAsync"/>.</summary>
    /// <returns>Every problem; then nothing has changed.</returns>
    [Alias("Subscribe")]
    Task<ValueList<string>> SubscribeAsync(FrameworkSubscription subscription);

    /// <summary>A framework is away: its offers are taken back, its tasks stay.</summary>
    [Alias("Disconnect")]
    Task DisconnectAsync(string owner);

    /// <summary>A framework has ended: its offers and all that its tasks hold are free.</summary>
    [Alias("RemoveFramework")]
    Task RemoveFrameworkAsync(string owner);

    /// <summary>A framework wants no offers for roles; none named: for all.</summary>
    [Alias("Suppress")]
    Task SuppressAsync(string owner, ValueList<string> roles);

    /// <summary>Ends filters and suppression of a framework for roles; none named: for all.</summary>
    [Alias("Revive")]
    Task ReviveAsync(string owner, ValueList<string> roles);

    /// <summary>Declines offers of a framework; unknown ones are passed over.</summary>
    [Alias("Decline")]
    Task DeclineAsync(string owner, ValueList<string> offerIds, double refuseSeconds);

    /// <summary>Answers inverse offers of a framework; unknown ones are passed over.</summary>
    [Alias("AnswerInverseOffers")]
    Task AnswerInverseOffersAsync(string owner, ValueList<string> inverseOfferIds, bool accepted, double refuseSeconds);

    /// <summary>When machines will be away: their offers say so, and frameworks that have something there are asked to leave.</summary>
    [Alias("SetMaintenance")]
    Task SetMaintenanceAsync(ValueList<ScheduledWindow> windows);

    /// <summary>The last answer of each framework for each agent that will be away; since the allocator began, and since the agent's window was set.</summary>
    [AlwaysInterleave, Alias("GetInverseOfferAnswers")]
    Task<ValueList<InverseOfferAnswer>> GetInverseOfferAnswersAsync();

    /// <summary>Uses offers of a framework: operations in order, each on what those before it left. What changes reservations is durable when it returns.</summary>
    [Alias("Accept")]
    Task<AcceptResult> AcceptAsync(string owner, ValueList<string> offerIds, ValueList<OfferOperation> operations, double refuseSeconds);

    /// <summary>The offers and inverse offers that a framework has not answered, so that it notices what it was not told.</summary>
    [AlwaysInterleave, Alias("GetOffers")]
    Task<Frameworks.OfferBatch> GetOffersAsync(string owner);
}
