using System.Text.Json;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Events;
using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Grains.Jobs;

/// <summary>How far the event log was read.</summary>
[GenerateSerializer, Alias("Platform.JobTriggerState")]
public sealed class JobTriggerState
{
    /// <summary>The next event to read; 0: none was read.</summary>
    [Id(0)] public long Next { get; set; }
}

/// <summary>Reads the event log as long as a job waits for events, and tells each job of those that fit before it goes on.</summary>
[Reentrant, KeepAlive, GrainType("platform.job-triggers")]
public sealed partial class JobTriggerGrain(
    [PersistentState("position", "platform")] IPersistentState<JobTriggerState> position,
    [PersistentItems("triggers", "platform")] IPersistentItems<ValueList<JobTriggerSpec>> triggers,
    IEventVocabulary vocabulary,
    ILogger<JobTriggerGrain> logger) : Grain, IJobTriggerGrain
{
    private const int AtOnce = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private bool _reading;

    private IEventLogGrain Log => GrainFactory.GetGrain<IEventLogGrain>(0);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(ReadAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Pause) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task SetAsync(string jobId, ValueList<JobTriggerSpec> wanted)
    {
        var before = triggers.Items.GetValueOrDefault(jobId);
        if (before.Equals(wanted))
            return;
        if (triggers.Items.Count == 0)
        {
            // Nobody has waited: what happened until now concerns nobody.
            position.State.Next = (await Log.GetRangeAsync()).Last + 1;
            await position.WriteStateAsync();
        }
        if (wanted.IsEmpty)
            triggers.Remove(jobId);
        else
            triggers.Set(jobId, wanted);
        await triggers.WriteAsync();
    }

    private async Task ReadAsync()
    {
        if (_reading || triggers.Items.Count == 0)
            return;
        _reading = true;
        try
        {
            while (await Log.ReadAsync(position.State.Next, AtOnce) is { IsEmpty: false } events)
            {
                foreach (var happened in events.ToArray())
                    await TellAsync(happened);
                position.State.Next = events[^1].Sequence + 1;
                await position.WriteStateAsync();
            }
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or StorageException))
        {
            LogNotTold(failure, position.State.Next);
        }
        finally
        {
            _reading = false;
        }
    }

    private async Task TellAsync(PlatformEvent happened)
    {
        // Users wait for events by the names that they are told.
        var type = vocabulary.TypeOf(happened);
        string text = "";
        JsonDocument? json = null;
        try
        {
            foreach (var (jobId, wanted) in triggers.Items.ToList())
            {
                if (!wanted.Any(trigger => trigger.Event == type))
                    continue;
                json ??= JsonDocument.Parse(text = vocabulary.JsonOf(happened));
                if (wanted.Any(trigger => EventMatch.Fits(trigger, jobId, type, json.RootElement)))
                    await GrainFactory.GetGrain<IJobGrain>(jobId).HappenedAsync(happened.Sequence, text.Length <= JobModel.LongestPayload ? text : "");
            }
        }
        finally
        {
            json?.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Warning, "Jobs could not be told of events from {Sequence} on; it is tried again")]
    private partial void LogNotTold(Exception failure, long sequence);
}
