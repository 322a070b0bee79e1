using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NoticedWithin = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan WitnessesWithin = TimeSpan.FromSeconds(2);

    /// <summary>
    /// So many questions in a row without an answer, each for a second, are more than a busy store or a lost packet. They are counted and not
    /// timed, and what this silo noticed too late counts for nothing: one that stood still itself, or has no processor, is not cut off.
    /// </summary>
    private const int MostMissed = 3;

    /// <summary>When the store was away for everybody, all find it again at their own pace: for so long nobody gives up another.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    // 0: never.
    private long _missedAt;

    /// <summary>Whether the store answers now, and has for a while: only then is it the other's fault that it does not reach it.</summary>
    public async Task<bool> CanWitnessAsync() => await IsReachedAsync() && (Volatile.Read(ref _missedAt) is var last && (last == 0 || time.GetElapsedTime(last) > Settled));

    private async Task<bool> IsReachedAsync()
    {
        try
        {
            await store.ReadAsync(Nothing).WaitAsync(AnswerWithin);
            return true;
        }
        catch (Exception failure) when (failure is StorageException or TimeoutException)
        {
            LogMissed(failure);
            Volatile.Write(ref _missedAt, time.GetTimestamp());
            return false;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var pause = new PeriodicTimer(Interval);
        try
        {
            for (var missed = 0; await pause.WaitForNextTickAsync(stoppingToken);)
            {
                var asked = Stopwatch.GetTimestamp();
                missed = await IsReachedAsync() ? 0 : Stopwatch.GetElapsedTime(asked) > NoticedWithin ? missed : missed + 1;
                if (missed < MostMissed || !await IsGivenUpAsync())
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
