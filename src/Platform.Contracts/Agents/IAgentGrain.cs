using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>One agent: its registration, its session, the tasks on it and whether it drains. Keyed by agent id.</summary>
[Alias("Platform.IAgentGrain")]
public interface IAgentGrain : IGrainWithStringKey, IWakeable
{
    /// <summary>Begins a session, which replaces any older one. The answer is also what the agent is told.</summary>
    [Alias("Register")]
    Task<AgentCommand> RegisterAsync(AgentRegistration registration, IAgentSession session);

    /// <summary>A sign of life of the session with this epoch. False: that session is not known (any more), and the agent has to dial in again.</summary>
    [Alias("Heartbeat")]
    Task<bool> HeartbeatAsync(long epoch, AgentUsage usage);

    /// <summary>The allocator has begun anew and is told of this agent again.</summary>
    [Alias("AllocatorStarted")]
    Task AllocatorStartedAsync();

    /// <summary>Status updates of the session with this epoch. They are acknowledged to the agent when their owners have persisted them. Done when they are here; may come twice, and late.</summary>
    [Alias("Update")]
    Task UpdateAsync(long epoch, ValueList<TaskUpdate> updates);

    /// <summary>The session with this epoch is gone.</summary>
    [OneWay, Alias("Disconnect")]
    Task DisconnectAsync(long epoch, string reason);

    /// <summary>Starts tasks that the allocator placed here. Idempotent by task id. Refused if a later activation of their owner was heard of.</summary>
    [Alias("Launch")]
    Task<LaunchReply> LaunchAsync(ValueList<TaskSpec> tasks, OwnerTerm? from = null);

    /// <summary>Ends tasks. A task that is not here is reported to its owner as LOST. Ignored if a later activation of their owner was heard of.</summary>
    [Alias("Kill")]
    Task KillAsync(ValueList<TaskKill> kills, OwnerTerm? from = null);

    /// <summary>Gives tasks new values of their secrets; each says so with its next update. Without a session nothing happens. Ignored if a later activation of their owner was heard of.</summary>
    [Alias("RenewSecrets")]
    Task RenewSecretsAsync(ValueList<SecretRenewal> renewals, OwnerTerm? from = null);

    /// <summary>The owner has persisted these updates.</summary>
    [OneWay, Alias("Acknowledge")]
    Task AcknowledgeAsync(ValueList<string> updateIds);

    /// <summary>The owner's tasks on this agent, as far as is known now.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="fence">Launches of this activation of the owner with a lower number are refused from now on, so that the answer tells for good which of them arrived.</param>
    [Alias("GetTasks")]
    Task<AgentTasks> GetTasksAsync(string owner, OwnerTerm? fence = null);

    /// <summary>Everything about the agent for readers; null if it never registered.</summary>
    [AlwaysInterleave, Alias("GetStatus")]
    Task<AgentStatus?> GetStatusAsync();

    /// <summary>What the owner's tasks used at the last heartbeat; empty without a session.</summary>
    [AlwaysInterleave, Alias("GetUsage")]
    Task<ValueList<TaskUsage>> GetUsageAsync(string owner);

    /// <summary>What these tasks used over the last hour; those that do not run here are left out.</summary>
    [AlwaysInterleave, Alias("GetUsageHistory")]
    Task<ValueList<TaskUsageHistory>> GetUsageHistoryAsync(ValueList<string> taskIds);

    /// <summary>As <see cref="DrainWithinAsync"/>, within an hour; grace in seconds, null: as the tasks say.</summary>
    [Alias("Drain")]
    Task DrainAsync(double? maxGraceSeconds, bool markGone);

    /// <summary>No new tasks; running ones are moved away: where there is room elsewhere, apps replace theirs first.</summary>
    /// <param name="maxGraceSeconds">The longest time between SIGTERM and SIGKILL, seconds; null: as the tasks say.</param>
    /// <param name="markGone">Declare it gone when it is drained.</param>
    /// <param name="deadlineSeconds">After so many seconds tasks leave although they are not replaced; null: 3600.</param>
    [Alias("DrainWithin")]
    Task DrainWithinAsync(double? maxGraceSeconds, bool markGone, double? deadlineSeconds);

    /// <summary>Destroys persistent volumes on the agent, now or when it dials in; durable when it returns. Ignored if a later activation of their owner was heard of.</summary>
    [Alias("DestroyVolumes")]
    Task DestroyVolumesAsync(ValueList<string> volumeIds, OwnerTerm? from = null);

    /// <summary>Hands the agent the files that it shall look for. Without a session nothing happens: it is told when it begins one.</summary>
    [Alias("Watch")]
    Task WatchAsync(FileWatchSet watches);

    /// <summary>Files that the session with this epoch tells of. The job that takes them says so.</summary>
    [OneWay, Alias("Appeared")]
    Task AppearedAsync(long epoch, ValueList<AppearedFile> files);

    /// <summary>A job has taken files, durably.</summary>
    [OneWay, Alias("FilesTaken")]
    Task FilesTakenAsync(TakenFiles taken);

    /// <summary>Hands a message to an executor. Without a session it is lost.</summary>
    [OneWay, Alias("Message")]
    Task MessageAsync(ExecutorMessage message);

    /// <summary>Messages of executors, from the session with this epoch.</summary>
    [OneWay, Alias("ExecutorMessages")]
    Task ExecutorMessagesAsync(long epoch, ValueList<ExecutorMessage> messages);

    /// <summary>No new tasks; running ones stay. Not while it drains, which says more.</summary>
    [Alias("Deactivate")]
    Task DeactivateAsync();

    /// <summary>Has the agent remove the images that nothing uses. False: it has no session.</summary>
    [Alias("PruneImages")]
    Task<bool> PruneImagesAsync(ValueList<string> excluded);

    /// <summary>Has the agent log more or less for some time. False: it has no session.</summary>
    [Alias("SetLogging")]
    Task<bool> SetLoggingAsync(AgentLogging logging);

    /// <summary>The level of <see cref="AgentLogging"/> in effect; null: it has no session.</summary>
    [AlwaysInterleave, Alias("GetLoggingLevel")]
    Task<uint?> GetLoggingLevelAsync();

    /// <summary>Takes new tasks again, after it was drained or deactivated.</summary>
    [Alias("Reactivate")]
    Task ReactivateAsync();

    /// <summary>Its machine goes down for maintenance: its tasks are killed and given up, its session ends. It is let in again when the machine is up.</summary>
    [Alias("SendAway")]
    Task SendAwayAsync(string reason);

    /// <summary>An operator says that it never comes back: its tasks are given up at once.</summary>
    [Alias("MarkGone")]
    Task MarkGoneAsync();

    /// <summary>Reads a sandbox file through the session.</summary>
    [AlwaysInterleave, Alias("ReadFile")]
    Task<FileChunk> ReadFileAsync(FileRequest request);

    /// <summary>The answer to a read.</summary>
    [OneWay, AlwaysInterleave, Alias("FileRead")]
    Task FileReadAsync(FileChunk chunk);

    /// <summary>Runs a command beside a task, through the session. All that comes of it goes to the client, also why it could not be run.</summary>
    [AlwaysInterleave, Alias("Exec")]
    Task ExecAsync(ExecStart start, IExecClient client);

    /// <summary>Something for a command beside a task. One that is over is not minded.</summary>
    [OneWay, AlwaysInterleave, Alias("ExecInput")]
    Task ExecInputAsync(ExecInput input);

    /// <summary>Has the agent run a container of an operator, without a task. One of the name that has ended is forgotten.</summary>
    /// <param name="container">Its name.</param>
    /// <param name="task">What it is on the agent; its owner is <see cref="TaskOwners.Operator"/>.</param>
    [Alias("LaunchContainer")]
    Task<ContainerReply> LaunchContainerAsync(string container, TaskSpec task);

    /// <summary>Waits until such a container runs or has ended, or for so many seconds.</summary>
    [AlwaysInterleave, Alias("WaitContainer")]
    Task<ContainerReply> WaitContainerAsync(string container, bool untilEnd, double seconds);

    /// <summary>Sends such a container a signal, by the kernel's number. Without a status it does not run.</summary>
    [Alias("SignalContainer")]
    Task<ContainerReply> SignalContainerAsync(string container, int signal);

    /// <summary>Forgets such a container if it has ended; its status tells.</summary>
    [Alias("RemoveContainer")]
    Task<ContainerReply> RemoveContainerAsync(string container);

    /// <summary>Something from a command beside a task.</summary>
    [OneWay, AlwaysInterleave, Alias("ExecOutput")]
    Task ExecOutputAsync(ExecOutput output);
}
