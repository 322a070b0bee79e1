using Platform.Contracts.Agents;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Frameworks;

namespace Platform.Contracts.Frameworks;

/// <summary>One external scheduler: its subscription, its offers, its tasks. Keyed by framework id.</summary>
/// <remarks>Calls of the scheduler carry the id of its stream; those of another stream than the current one are refused.</remarks>
[Alias("Platform.IFrameworkGrain")]
public interface IFrameworkGrain : ITaskOwnerGrain, IEndpointOwnerGrain
{
    /// <summary>Begins a stream, which takes the place of any older one. Updates that were not acknowledged are sent again.</summary>
    /// <returns>Why not; null: it has begun.</returns>
    [Alias("Subscribe")]
    Task<string?> SubscribeAsync(FrameworkSpec framework, string streamId, IFrameworkStream stream);

    /// <summary>A sign of life of a stream, every second or two, also to a new activation of the grain. False: the stream is not the current one, or something that was sent on it was lost: it has to end.</summary>
    /// <param name="streamId">The stream.</param>
    /// <param name="received">How many messages came on it.</param>
    /// <param name="stream">The stream itself.</param>
    [Alias("Renew")]
    Task<bool> RenewAsync(string streamId, long received, IFrameworkStream stream);

    /// <summary>The stream has ended. The framework has its fail-over time to come back.</summary>
    [OneWay, Alias("Disconnect")]
    Task DisconnectAsync(string streamId);

    /// <summary>Uses offers.</summary>
    [Alias("Accept")]
    Task<FrameworkReply> AcceptAsync(string? streamId, FrameworkAccept accept);

    /// <summary>Declines offers. Those that are not there any more are passed over.</summary>
    [Alias("Decline")]
    Task<FrameworkReply> DeclineAsync(string? streamId, ValueList<string> offerIds, double refuseSeconds);

    /// <summary>Answers inverse offers. Those that are not there any more are passed over.</summary>
    [Alias("AnswerInverseOffers")]
    Task<FrameworkReply> AnswerInverseOffersAsync(string? streamId, ValueList<string> inverseOfferIds, bool accepted, double refuseSeconds);

    /// <summary>Ends filters and suppression for roles; none named: for all.</summary>
    [Alias("Revive")]
    Task<FrameworkReply> ReviveAsync(string? streamId, ValueList<string> roles);

    /// <summary>Wants no offers for roles; none named: for all.</summary>
    [Alias("Suppress")]
    Task<FrameworkReply> SuppressAsync(string? streamId, ValueList<string> roles);

    /// <summary>Ends a task; one that is not known is answered with an update.</summary>
    /// <param name="streamId">The stream.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="agentId">Where the framework believes it to be, or null.</param>
    /// <param name="graceSeconds">Time between SIGTERM and SIGKILL; null: as the task says.</param>
    [Alias("Kill")]
    Task<FrameworkReply> KillAsync(string? streamId, string taskId, string? agentId, double? graceSeconds);

    /// <summary>Hands a message to an executor; it may be lost.</summary>
    [Alias("Message")]
    Task<FrameworkReply> MessageAsync(string? streamId, string agentId, string executorId, byte[] data);

    /// <summary>An executor has a message for the scheduler. Told by its agent; it may be lost.</summary>
    [OneWay, Alias("ExecutorMessage")]
    Task ExecutorMessageAsync(string agentId, ExecutorMessage message);

    /// <summary>Ends an executor on an agent, with all its tasks.</summary>
    [Alias("Shutdown")]
    Task<FrameworkReply> ShutdownAsync(string? streamId, string executorId, string agentId);

    /// <summary>The framework has stored this update.</summary>
    [Alias("Acknowledge")]
    Task<FrameworkReply> AcknowledgeAsync(string? streamId, string taskId, string updateId);

    /// <summary>Asks for the state of tasks; none named: of all that have not ended.</summary>
    [Alias("Reconcile")]
    Task<FrameworkReply> ReconcileAsync(string? streamId, ValueList<AskedTask> tasks);

    /// <summary>The framework has stored the outcome of an operation.</summary>
    [Alias("AcknowledgeOperation")]
    Task<FrameworkReply> AcknowledgeOperationAsync(string? streamId, string operationId, string updateId);

    /// <summary>Asks what became of operations; none named: of all whose outcome was not acknowledged.</summary>
    [Alias("ReconcileOperations")]
    Task<FrameworkReply> ReconcileOperationsAsync(string? streamId, ValueList<AskedOperation> operations);

    /// <summary>Only says whether the stream is the current one.</summary>
    [Alias("Check")]
    Task<FrameworkReply> CheckAsync(string? streamId);

    /// <summary>Changes the framework's description, roles and constraints.</summary>
    [Alias("Update")]
    Task<FrameworkReply> UpdateAsync(string? streamId, FrameworkSpec framework);

    /// <summary>The framework ends, and all its tasks with it.</summary>
    [Alias("Teardown")]
    Task<FrameworkReply> TeardownAsync(string? streamId);

    /// <summary>An operator ends the framework. False: there is none.</summary>
    [Alias("Remove")]
    Task<bool> RemoveAsync();

    /// <summary>Everything about the framework for readers; null: there is none.</summary>
    [AlwaysInterleave, Alias("GetStatus")]
    Task<FrameworkStatus?> GetStatusAsync();

    /// <summary>New offers, and those that are taken back. Told by the allocator.</summary>
    [OneWay, Alias("Offered")]
    Task OfferedAsync(OfferBatch batch);
}
