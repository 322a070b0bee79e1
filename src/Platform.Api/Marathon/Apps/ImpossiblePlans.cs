using Platform.Api.Http;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Placement;

namespace Platform.Api.Marathon.Apps;

/// <summary>Tells at once of changes that could not be carried out, instead of letting their deployments wait without a word.</summary>
/// <remarks>
/// An instance that is more than its role's limit is refused. What is too large for every agent that is there, or fits none of them, is
/// taken, because agents may come, with the reason in the header <c>Warning</c>; it is refused if the client asks for that with
/// <c>impossible=refuse</c> or the server is set so. docs/decisions/impossible-plans.md has the reasons.
/// </remarks>
internal static class ImpossiblePlans
{
    /// <summary>Looks at the apps that a change makes or changes, and says of those that no agent could run now why.</summary>
    /// <param name="api">The API.</param>
    /// <param name="request">The request.</param>
    /// <param name="change">The change, with the ports that apps would get.</param>
    /// <param name="isDryRun">Nothing is refused.</param>
    /// <exception cref="ApiException">422: it can never be carried out.</exception>
    public static async Task<IEnumerable<string>> FindAsync(MarathonApi api, ApiRequest request, ChangeSet change, bool isDryRun)
    {
        var demands = change.Apps.Where(app => app is { Kind: AppChangeKind.Put, Spec.Instances: > 0 }).Select(app => DemandOf(app.Spec!)).ToValueList();
        if (demands.IsEmpty)
            return [];
        var impossible = await api.Grains.GetGrain<IAllocatorGrain>(0).FindImpossibleAsync(demands);
        if (impossible.IsEmpty || isDryRun)
            return impossible.Select(Text);
        var refuses = impossible.Where(plan => !plan.Rejections.IsEmpty || !plan.WhenEmpty.IsEmpty && Refuses(api, request)).ToList();
        if (refuses.Exists(plan => plan.Rejections.IsEmpty) && await AgentsAreMissingAsync(api))
            refuses.RemoveAll(plan => plan.Rejections.IsEmpty);
        if (refuses.Count > 0)
        {
            var problems = new JsonProblems();
            foreach (var plan in refuses)
                problems.Rule("/", Text(plan));
            throw new ApiException(ErrorAnswer.Invalid(problems));
        }
        return impossible.Select(Text);
    }

    private static bool Refuses(MarathonApi api, ApiRequest request) => request.Query.Text("impossible") switch
    {
        "refuse" => true,
        "wait" => false,
        null => api.Options.RefuseImpossible,
        var other => throw new ApiException(ErrorAnswer.BadRequest($"The parameter 'impossible' must be refuse or wait, not '{other}'.")),
    };

    /// <summary>After a restart the allocator may not know yet of the agent that would do.</summary>
    private static async Task<bool> AgentsAreMissingAsync(MarathonApi api)
    {
        var known = api.Grains.ListAsync(DirectoryKinds.Agents);
        return (await api.Grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Agents < (await known).Count;
    }

    private static Demand DemandOf(AppSpec app) =>
        DemandBuilder.Build(new AppTarget(app, "", ""), TaskOwners.OfApp(app.Id), app.Id, ["plan:" + app.Id], app.Instances) with { GangSize = 0 };

    private static string Text(PendingExplanation plan) =>
        $"{plan.DemandId} can never run{(plan.Rejections.IsEmpty ? " on the agents that are there" : "")}: {string.Join(", ", plan.Rejections.Concat(plan.WhenEmpty))}";
}
