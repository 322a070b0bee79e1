namespace Platform.Core.Security;

/// <summary>A task, as its token tells of it.</summary>
/// <param name="Owner">Whose it is, such as <c>app:/shop/web</c> or <c>job:shop.nightly</c>.</param>
/// <param name="TaskId">Its id.</param>
/// <param name="AgentId">The agent that it was on when the token was signed.</param>
[GenerateSerializer, Immutable, Alias("Platform.Workload")]
public sealed record Workload([property: Id(0)] string Owner, [property: Id(1)] string TaskId, [property: Id(2)] string AgentId)
{
    /// <summary>Who it is in tokens and rights, such as <c>app:/shop/web/UUID</c>.</summary>
    public string Subject => WorkloadSubject.Of(Owner, TaskId);
}
