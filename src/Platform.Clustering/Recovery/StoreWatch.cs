using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Core.Recovery;
using Platform.Storage.Records;

namespace Platform.Clustering.Recovery;

/// <summary>
/// Sees whether this silo reaches the store. One that alone does not would keep its grains and the sessions of agents, and could do nothing with
/// them: it has the others give it up, and ends. When nobody reaches the store all stay, and wait for it.
/// </summary>
public sealed partial class StoreWatch(
    IRecordStore store, ISiloStatusOracle silos, SiloWitnesses witnesses, IFatalErrorHandler fatal, TimeProvider time, ILogger<StoreWatch> logger) : BackgroundService
{
    // What is read is nothing; asking for it shows that the store answers.
    private static readonly GrainId Nothing = GrainId.Create("storewatch", "0");

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WitnessesWithin = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly StoreReach _reach = new();
    private readonly long _began = time.GetTimestamp();

    private TimeSpan Now => time.GetElapsedTime(_began);

    /// <summary>Whether the store answers now, and has for a while: only then is it the other's fault that it does not reach it.</summary>
    public async Task<bool> CanWitnessAsync()
    {
        if (!await IsReachedAsync())
            return false;
        lock (_gate)
            return _reach.CanWitness(Now);
    }

    private async Task<bool> IsReachedAsync()
    {
        try
        {
            await store.ReadAsync(Nothing).WaitAsync(StoreReach.AnswerWithin);
            return true;
        }
        catch (Exception failure) when (failure is StorageException or TimeoutException)
        {
            LogMissed(failure);
            lock (_gate)
                _reach.MissedAt(Now);
            return false;
        }
    }

    private async Task<bool> IsInDoubtAsync()
    {
        var asked = Stopwatch.GetTimestamp();
        var isReached = await IsReachedAsync();
        lock (_gate)
        {
            if (isReached)
                _reach.Answered();
            else
                _reach.Missed(Stopwatch.GetElapsedTime(asked));
            return _reach.IsInDoubt;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var pause = new PeriodicTimer(Interval);
        try
        {
            while (await pause.WaitForNextTickAsync(stoppingToken))
            {
                if (!await IsInDoubtAsync() || !await IsGivenUpAsync())
                    continue;
                LogCutOff(silos.SiloAddress);
                fatal.OnFatalException(this, "This silo alone does not reach the store: it was given up, and ends.", null);
                return;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    // One that says so is enough: it has seen the store a moment ago.
    private async Task<bool> IsGivenUpAsync()
    {
        var others = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Where(other => !other.Equals(silos.SiloAddress)).ToList();
        var answers = others.ConvertAll(AskAsync);
        while (answers.Count > 0)
        {
            var answer = await Task.WhenAny(answers);
            if (await answer)
                return true;
            answers.Remove(answer);
        }
        return false;
    }

    private async Task<bool> AskAsync(SiloAddress other)
    {
        try
        {
            return await witnesses.Of(other).GiveUpAsync(silos.SiloAddress).WaitAsync(WitnessesWithin);
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException)
        {
            LogNoWitness(failure, other);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Debug, "The store does not answer")]
    private partial void LogMissed(Exception failure);

    [LoggerMessage(LogLevel.Debug, "Silo {Silo} does not say whether it reaches the store")]
    private partial void LogNoWitness(Exception failure, SiloAddress silo);

    [LoggerMessage(LogLevel.Critical, "This silo, {Silo}, does not reach the store, which others do: it was given up and ends. It can be started again as soon as it reaches the store")]
    private partial void LogCutOff(SiloAddress silo);
}
