using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Contracts.Jobs;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Grains.Allocation;

namespace Platform.Grains.Jobs;

/// <summary>What a job waits for.</summary>
/// <param name="Wanted">The files.</param>
/// <param name="Since">Files that were there before count for nothing.</param>
[GenerateSerializer, Immutable, Alias("Platform.AwaitedFiles")]
public sealed record AwaitedFiles([property: Id(0)] ValueList<FileTriggerSpec> Wanted, [property: Id(1)] DateTimeOffset Since);

/// <summary>Keeps what jobs wait for and which agents have folders, and hands each agent all that it shall look for until it has it.</summary>
[KeepAlive, GrainType("platform.file-watches")]
public sealed partial class FileWatchGrain(
    [PersistentItems("awaited", "platform")] IPersistentItems<AwaitedFiles> awaited,
    [PersistentItems("agents", "platform")] IPersistentItems<AgentRegistration> agents,
    TimeProvider time,
    ILogger<FileWatchGrain> logger) : Grain, IFileWatchGrain
{
    private static readonly TimeSpan TellAgain = TimeSpan.FromSeconds(1);

    // Agents that may not know what to look for now.
    private readonly HashSet<string> _untold = new(StringComparer.Ordinal);
    private IGrainTimer _telling = null!;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _untold.UnionWith(agents.Items.Keys);
        _telling = this.RegisterGrainTimer(TellAsync, new GrainTimerCreationOptions(TimeSpan.Zero, TellAgain) { KeepAlive = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task SetAsync(string jobId, ValueList<FileTriggerSpec> wanted)
    {
        if ((awaited.Items.GetValueOrDefault(jobId)?.Wanted ?? default).Equals(wanted))
            return;
        if (wanted.IsEmpty)
            awaited.Remove(jobId);
        else
            awaited.Set(jobId, new(wanted, time.GetUtcNow()));
        await awaited.WriteAsync();
        _untold.UnionWith(agents.Items.Keys);
        TellSoon();
    }

    /// <inheritdoc/>
    public async Task AgentBeganAsync(AgentRegistration registration)
    {
        // Only where it is and what it allows matters here.
        registration = registration with { Resources = Resources.Empty };
        var id = registration.AgentId;
        if (!registration.WatchFolders.IsEmpty)
        {
            if (agents.Items.GetValueOrDefault(id) != registration)
                agents.Set(id, registration);
        }
        else if (agents.Items.ContainsKey(id))
        {
            agents.Remove(id);
        }
        await agents.WriteAsync();
        // Also one that allows nothing any more: what it looked for before is over.
        _untold.Add(id);
        TellSoon();
    }

    // Who has changed something does not wait for agents, whose grains may be away.
    private void TellSoon() => _telling.Change(TimeSpan.Zero, TellAgain);

    private Task TellAsync() => Task.WhenAll(_untold.ToList().Select(TellAsync));

    private async Task TellAsync(string agentId)
    {
        try
        {
            // One without a session is told when it begins its next one.
            await GrainFactory.GetGrain<IAgentGrain>(agentId).WatchAsync(WatchesOf(agentId));
            _untold.Remove(agentId);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotTold(failure, agentId);
        }
    }

    private FileWatchSet WatchesOf(string agentId) => agents.Items.GetValueOrDefault(agentId) is { } agent
        ? WatchFolders.Of(
            AgentPlaces.ToAgent(new() { Registration = agent }),
            agent.WatchFolders,
            awaited.Items.SelectMany(job => job.Value.Wanted.Select(trigger => (job.Key, job.Value.Since, trigger))))
        : new(default);

    [LoggerMessage(LogLevel.Warning, "Agent {AgentId} could not be told which files to look for; it is told again")]
    private partial void LogNotTold(Exception failure, string agentId);
}
