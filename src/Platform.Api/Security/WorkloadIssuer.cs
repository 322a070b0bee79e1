using Platform.Contracts.Ownership;
using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>Answers agents that ask for tokens of their tasks: only for those that their owners have placed on this agent, by their own records.</summary>
internal sealed class WorkloadIssuer(IGrainFactory grains, TaskOwnerKinds owners, TimeProvider time)
{
    private const int MostAudiences = 16;
    private const int LongestAudience = 256;

    public async Task<ValueList<TaskToken>> AnswerAsync(string agentId, IReadOnlyList<TaskTokenRequest> requests)
    {
        var held = new HashSet<(string Owner, string TaskId)>();
        foreach (var ofOwner in requests.GroupBy(request => request.Owner, StringComparer.Ordinal))
        {
            if (owners.Find(grains, ofOwner.Key) is { } owner)
                held.UnionWith((await owner.HeldAsync(agentId, ofOwner.Select(request => request.TaskId).Distinct().ToValueList())).Select(taskId => (ofOwner.Key, taskId)));
        }
        var problems = requests.Select(request => ProblemOf(request, held.Contains((request.Owner, request.TaskId)))).ToList();
        var orders = requests.Where((_, index) => problems[index] is null)
            .Select(request => new TaskTokenOrder(new(request.Owner, request.TaskId, agentId), request.Audience, WorkloadTokens.Lifetime(request.LifetimeSeconds)))
            .ToValueList();
        var (tokens, refusal) = orders.IsEmpty ? (default, null) : await grains.GetGrain<ISecurityGrain>(0).IssueForTasksAsync(orders);
        var issuedAt = time.GetUtcNow();
        var next = 0;
        return requests.Select((request, index) => (problems[index] ?? refusal) is { } problem
            ? new TaskToken { RequestId = request.RequestId, Problem = problem }
            : new TaskToken { RequestId = request.RequestId, Text = tokens[next].Text, IssuedAt = issuedAt, ExpiresAt = tokens[next++].ExpiresAt }).ToValueList();
    }

    private static string? ProblemOf(TaskTokenRequest request, bool isHeld)
    {
        if (!isHeld)
            return "the control plane has no such task on this agent";
        return request.Audience.Count > MostAudiences || request.Audience.Any(name => name.Length is 0 or > LongestAudience || name.Any(char.IsControl))
            ? $"there are at most {MostAudiences} audiences, each a text of 1 to {LongestAudience} characters"
            : null;
    }
}
