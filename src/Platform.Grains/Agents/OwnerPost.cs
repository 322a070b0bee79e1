using Platform.Contracts.Agents;
using Platform.Contracts.Recovery;
using Platform.Core.Collections;

namespace Platform.Grains.Agents;

/// <summary>Takes what the agents of a silo have to tell the owners of their tasks there in few calls. One for each silo; thread-safe.</summary>
/// <remarks>
/// When a control plane begins anew all agents come back at once, and each tells all of its owners. Whoever is the first to tell an owner waits for
/// nobody; what comes soon after goes together with the next call, so that an owner has ten calls a second at most, whatever the number of agents.
/// </remarks>
/// <param name="find">The grain of an owner; null: of a kind that nobody knows.</param>
/// <param name="time">The clock.</param>
public sealed class OwnerPost(Func<string, ITaskOwnerGrain?> find, TimeProvider time)
{
    /// <summary>From one call to an owner to the next. 0.1 s: a call is answered sooner than the next agent speaks, so that without it each would have its own.</summary>
    public static readonly TimeSpan Collects = TimeSpan.FromSeconds(0.1);

    /// <summary>So many agents are in a call at most: a message has a limit, and an owner other callers.</summary>
    private const int Most = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<Told>> _untold = new(StringComparer.Ordinal);

    /// <summary>Tells an owner how its tasks are on an agent, together with what other agents tell it.</summary>
    /// <returns>Done when the owner has heard it; fails when it has not. An owner of a kind that nobody knows hears nothing.</returns>
    public Task TellAsync(string owner, AgentTasks tasks)
    {
        var told = new Told(tasks, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            var isTelling = _untold.TryGetValue(owner, out var untold);
            if (!isTelling)
                _untold[owner] = untold = [];
            untold!.Enqueue(told);
            if (isTelling)
                return told.Heard.Task;
        }
        // Beside the grain that happens to be the first.
        Task.Run(() => TellAllAsync(owner)).Ignore();
        return told.Heard.Task;
    }

    private async Task TellAllAsync(string owner)
    {
        while (Next(owner) is { } batch)
        {
            var telling = TellAsync(owner, batch);
            telling.Ignore();
            await Task.Delay(Collects, time);
            // One whose answer does not come keeps the others no longer; it is still heard when it comes after all.
            await PatientCall.IsAnsweredAsync(telling, PatientCall.Patience, time);
        }
    }

    private List<Told>? Next(string owner)
    {
        lock (_lock)
        {
            var untold = _untold[owner];
            if (untold.Count == 0)
            {
                _untold.Remove(owner);
                return null;
            }
            var batch = new List<Told>(Math.Min(untold.Count, Most));
            while (batch.Count < Most && untold.TryDequeue(out var told))
                batch.Add(told);
            return batch;
        }
    }

    private async Task TellAsync(string owner, List<Told> batch)
    {
        try
        {
            if (find(owner) is { } grain)
                await (batch.Count == 1 ? HearAsync(grain, batch[0]) : HearAsync(grain, batch));
            else
                batch.ForEach(told => told.Heard.TrySetResult());
        }
#pragma warning disable CA1031 // The agents hear it, and tell again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            batch.ForEach(told => told.Heard.TrySetException(failure));
        }
    }

    private static async Task HearAsync(ITaskOwnerGrain grain, List<Told> batch)
    {
        try
        {
            await grain.AgentsChangedAsync(batch.Select(told => told.Tasks).ToValueList());
        }
#pragma warning disable CA1031 // What one of them brings must not keep the others from being heard; and an owner on a silo of before knows no such call.
        catch (Exception)
#pragma warning restore CA1031
        {
            await Task.WhenAll(batch.Select(told => HearAsync(grain, told)));
            return;
        }
        batch.ForEach(told => told.Heard.TrySetResult());
    }

    private static async Task HearAsync(ITaskOwnerGrain grain, Told told)
    {
        try
        {
            await grain.AgentChangedAsync(told.Tasks);
        }
#pragma warning disable CA1031 // The agent hears it, and tells again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            told.Heard.TrySetException(failure);
            return;
        }
        told.Heard.TrySetResult();
    }

    private sealed record Told(AgentTasks Tasks, TaskCompletionSource Heard);
}
