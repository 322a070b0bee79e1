using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Operations;
using Platform.Api.Security;
using Platform.Contracts.Allocation;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Api.Allocation;

/// <summary>What an operator does with roles, for surfaces in the same process: what <c>/api/allocator</c> does, with the same checks.</summary>
public sealed class RoleOperations(IGrainFactory grains)
{
    private IAllocatorGrain Allocator => grains.GetGrain<IAllocatorGrain>(0);

    /// <summary>Sets the weight of a role, above 0.</summary>
    /// <exception cref="OperationRefusedException">It was refused.</exception>
    public async Task SetWeightAsync(string role, double weight)
    {
        AccessScope.Current.Demand(AccessAction.Update, ResourceId.OfRole("weight", role));
        var problems = new JsonProblems();
        var weights = AllocatorReader.Weights(JsonSerializer.SerializeToElement(new Dictionary<string, double> { [role] = weight }), problems);
        Refuse(problems);
        Refuse(await Allocator.SetWeightsAsync(weights));
    }

    /// <summary>Sets the quota of a role, as <c>{"guarantee": {"cpus": 4}, "limit": {"cpus": 8}}</c>; null removes it.</summary>
    /// <param name="role">The role.</param>
    /// <param name="json">The quota.</param>
    /// <param name="force">Also beyond the cluster's capacity and below what is consumed.</param>
    /// <exception cref="OperationRefusedException">It was refused.</exception>
    public async Task SetQuotaAsync(string role, string json, bool force)
    {
        AccessScope.Current.Demand(AccessAction.Update, ResourceId.OfRole("quota", role));
        var problems = new JsonProblems();
        var quotas = AllocatorReader.Quotas(Parse(role, json), problems);
        Refuse(problems);
        Refuse(await Allocator.SetQuotasAsync(quotas, force));
    }

    private static JsonElement Parse(string role, string json)
    {
        try
        {
            return JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { [role] = JsonElement.Parse(json) });
        }
        catch (JsonException problem)
        {
            throw new OperationRefusedException("Invalid JSON", "/", problem.Message);
        }
    }

    private static void Refuse(ValueList<string> found)
    {
        var problems = new JsonProblems();
        foreach (var problem in found)
            problems.Rule("/", problem);
        Refuse(problems);
    }

    private static void Refuse(JsonProblems problems)
    {
        if (problems.Any)
            throw new OperationRefusedException(ErrorAnswer.Invalid(problems));
    }
}
