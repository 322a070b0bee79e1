using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Roles;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Operator.Call;

namespace Platform.Api.Mesos.Operator;

/// <summary>What operators change.</summary>
internal sealed class OperatorChanges(OperatorMaintenance maintenance, MesosLogging logging, IGrainFactory grains)
{
    private IAllocatorGrain Allocator => grains.GetGrain<IAllocatorGrain>(0);

    /// <summary>Does it, and tells the status to answer with.</summary>
    /// <exception cref="MesosRefusal">It cannot be done.</exception>
    public async Task<int> ActAsync(Call call)
    {
        switch (call.Type)
        {
            case Call.Types.Type.UpdateWeights:
                await SetWeightsAsync(call.UpdateWeights.WeightInfos.Select(weight => (weight.Role, weight.Weight)));
                return StatusCodes.Status200OK;
            case Call.Types.Type.UpdateQuota:
                await SetQuotasAsync(call.UpdateQuota.QuotaConfigs, call.UpdateQuota.Force);
                return StatusCodes.Status200OK;
            case Call.Types.Type.SetQuota:
                await SetQuotaAsync(call.SetQuota.QuotaRequest);
                return StatusCodes.Status200OK;
            case Call.Types.Type.RemoveQuota:
                await SetQuotaAsync(call.RemoveQuota.Role, Quota.None, force: true);
                return StatusCodes.Status200OK;
            case Call.Types.Type.SetLoggingLevel:
                logging.Set(call.SetLoggingLevel.Level, TimeSpan.FromTicks(call.SetLoggingLevel.Duration.Nanoseconds / 100));
                return StatusCodes.Status200OK;
            case Call.Types.Type.ReserveResources:
                return await OperateAsync(call.ReserveResources.AgentId.Value, OfferOperationKind.Reserve, call.ReserveResources.Resources, call.ReserveResources.Source);
            case Call.Types.Type.UnreserveResources:
                return await OperateAsync(call.UnreserveResources.AgentId.Value, OfferOperationKind.Unreserve, call.UnreserveResources.Resources);
            case Call.Types.Type.CreateVolumes:
                return await OperateAsync(call.CreateVolumes.AgentId.Value, OfferOperationKind.Create, call.CreateVolumes.Volumes);
            case Call.Types.Type.DestroyVolumes:
                return await OperateAsync(call.DestroyVolumes.AgentId.Value, OfferOperationKind.Destroy, call.DestroyVolumes.Volumes);
            case Call.Types.Type.GrowVolume:
                return await OperateAsync(AgentOf(call.GrowVolume.AgentId), OfferOperationKind.Grow, [call.GrowVolume.Volume], [call.GrowVolume.Addition]);
            case Call.Types.Type.ShrinkVolume:
                return await OperateAsync(AgentOf(call.ShrinkVolume.AgentId), OfferOperationKind.Shrink, [call.ShrinkVolume.Volume], null, call.ShrinkVolume.Subtract.Value);
            case Call.Types.Type.Teardown:
                await TeardownAsync(call.Teardown.FrameworkId.Value);
                return StatusCodes.Status200OK;
            case Call.Types.Type.MarkAgentGone:
                await (await AgentAsync(call.MarkAgentGone.AgentId.Value)).MarkGoneAsync();
                return StatusCodes.Status200OK;
            case Call.Types.Type.DrainAgent:
                var drain = call.DrainAgent;
                var grace = drain.MaxGracePeriod?.ToTimeSpan().TotalSeconds;
                if (grace < 0)
                    throw MesosRefusal.BadRequest("Failed to validate master::Call: 'max_grace_period' must be non-negative");
                await (await AgentAsync(drain.AgentId.Value)).DrainAsync(grace, drain.MarkGone);
                return StatusCodes.Status200OK;
            case Call.Types.Type.DeactivateAgent:
                await (await AgentAsync(call.DeactivateAgent.AgentId.Value)).DeactivateAsync();
                return StatusCodes.Status200OK;
            case Call.Types.Type.UpdateMaintenanceSchedule:
                await maintenance.UpdateAsync(call.UpdateMaintenanceSchedule.Schedule);
                return StatusCodes.Status200OK;
            case Call.Types.Type.StartMaintenance:
                await maintenance.StartAsync(call.StartMaintenance.Machines);
                return StatusCodes.Status200OK;
            case Call.Types.Type.StopMaintenance:
                await maintenance.StopAsync(call.StopMaintenance.Machines);
                return StatusCodes.Status200OK;
            case Call.Types.Type.ReactivateAgent:
                await ReactivateAsync(call.ReactivateAgent.AgentId.Value);
                return StatusCodes.Status200OK;
            default:
                throw new MesosRefusal(StatusCodes.Status501NotImplemented,
                    $"{Call.Descriptor.EnumTypes[0].FindValueByNumber((int)call.Type)?.Name ?? call.Type.ToString()} is not served here");
        }
    }

    // As in Mesos an agent that drains is let through to the end of that, and one that was not deactivated has nothing to come back from.
    private async Task ReactivateAsync(string id)
    {
        var agent = await AgentAsync(id);
        var status = await agent.GetStatusAsync();
        if (status?.Condition == AgentCondition.Draining)
            throw MesosRefusal.BadRequest($"Agent {id} is still draining");
        if (status?.Drain is null && status?.Condition == AgentCondition.Active)
            throw MesosRefusal.BadRequest($"Agent {id} is not deactivated");
        await agent.ReactivateAsync();
    }

    /// <summary>Sets weights of roles.</summary>
    public async Task SetWeightsAsync(IEnumerable<(string Role, double Weight)> weights)
    {
        var problems = await Allocator.SetWeightsAsync(weights.Select(weight => KeyValuePair.Create(weight.Role, weight.Weight)).ToValueMap());
        Refuse(problems);
    }

    /// <summary>Sets quotas of roles; one with neither guarantee nor limit is removed.</summary>
    public async Task SetQuotasAsync(IEnumerable<Wire.Quota.QuotaConfig> configs, bool force)
    {
        var quotas = configs.Select(config => KeyValuePair.Create(config.Role, new Quota
        {
            Guarantees = config.Guarantees.Aggregate(ResourceQuantities.Empty, (sum, amount) => sum.With(amount.Key, ScalarValue.From(amount.Value.Value).Milli)),
            Limits = ResourceLimits.Of(config.Limits.Select(amount => KeyValuePair.Create(amount.Key, ScalarValue.From(amount.Value.Value).Milli))),
        })).ToValueMap();
        Refuse(await Allocator.SetQuotasAsync(quotas, force));
    }

    /// <summary>Sets a quota as older requests do, which promise and bound alike.</summary>
    public Task SetQuotaAsync(Wire.Quota.QuotaRequest request)
    {
        var guarantee = ResourceMapping.Read(request.Guarantee, out var problem);
        if (problem is not null || guarantee.IsEmpty)
            throw MesosRefusal.BadRequest($"Failed to validate set quota request: {problem ?? "the guarantee is empty"}");
        return SetQuotaAsync(request.Role, new Quota { Guarantees = guarantee.Quantities, Limits = ResourceLimits.Of(guarantee.Quantities.Entries()) }, request.Force);
    }

    /// <summary>Sets one quota.</summary>
    public async Task SetQuotaAsync(string role, Quota quota, bool force) => Refuse(await Allocator.SetQuotasAsync(ValueMap.Create((role, quota)), force));

    /// <summary>Ends a framework and its tasks.</summary>
    public async Task TeardownAsync(string frameworkId)
    {
        var known = await grains.ListAsync(DirectoryKinds.Frameworks, frameworkId);
        if (!known.Contains(frameworkId) || !await grains.GetGrain<IFrameworkGrain>(frameworkId).RemoveAsync())
            throw MesosRefusal.BadRequest("No framework found with specified ID");
    }

    /// <summary>Does an operation on what is free on an agent.</summary>
    public async Task<int> OperateAsync(
        string agentId, OfferOperationKind kind, IEnumerable<Wire.Resource> resources, IEnumerable<Wire.Resource>? source = null, double subtract = 0)
    {
        await AgentAsync(agentId);
        var main = ResourceMapping.Read(resources, out var problem);
        string? other = null;
        var from = source is null ? Resources.Empty : ResourceMapping.Read(source, out other);
        problem ??= other;
        problem ??= await Allocator.OperateAsync(agentId, new(kind, main) { Source = from, Subtract = ScalarValue.From(subtract) });
        if (problem is null)
            return StatusCodes.Status202Accepted;
        // As in Mesos: what is not there is a conflict, what makes no sense a bad request.
        throw problem.Contains("which agent", StringComparison.Ordinal) || problem.Contains("not free", StringComparison.Ordinal)
            ? MesosRefusal.Conflict($"Invalid {kind.ToString().ToUpperInvariant()} Operation: {problem}")
            : MesosRefusal.BadRequest($"Invalid {kind.ToString().ToUpperInvariant()} operation on agent {agentId}: {problem}");
    }

    private static string AgentOf(Wire.AgentID? id) =>
        id?.Value ?? throw MesosRefusal.BadRequest("Failed to validate master::Call: Expecting 'agent_id' to be present");

    private async Task<IAgentGrain> AgentAsync(string id)
    {
        var known = await grains.ListAsync(DirectoryKinds.Agents, id);
        return known.Contains(id) ? grains.GetGrain<IAgentGrain>(id) : throw MesosRefusal.BadRequest("No agent found with specified ID");
    }

    private static void Refuse(ValueList<string> problems)
    {
        if (!problems.IsEmpty)
            throw MesosRefusal.BadRequest(string.Join("; ", problems.AsEnumerable()));
    }
}
