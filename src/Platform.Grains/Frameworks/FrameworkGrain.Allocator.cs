using System.Runtime.CompilerServices;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Recovery;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Grains.Ownership;

namespace Platform.Grains.Frameworks;

/// <content>What the allocator is told: one word after the other, each again until it is answered.</content>
public sealed partial class FrameworkGrain
{
    private Task _lastWord = Task.CompletedTask;
    private Task _recovery = Task.CompletedTask;
    private long _words;
    private int _answering;
    private long _answers;
    private long _allocatorRun;
    private long _announcedRun;
    private bool _isGone;

    private IAllocatorGrain Allocator => GrainFactory.GetGrain<IAllocatorGrain>(0);

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isGone = true;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task AllocatorStartedAsync(long run)
    {
        _announcedRun = Math.Max(_announcedRun, run);
        return _allocatorRun >= _announcedRun ? Task.CompletedTask : RecoverAsync();
    }

    // Whatever was lost on its way, after this the allocator has of the framework what there is.
    private Task RecoverAsync() => _recovery.IsCompleted ? _recovery = RecoverOnceAsync() : _recovery;

    private async Task RecoverOnceAsync()
    {
        if (Record.Spec is null)
            return;
        if (await ResyncAsync())
            await TellStateAsync();
    }

    // The allocator learns what the framework holds. False: it does not know it yet, and the next tick tries again.
    private async Task<bool> ResyncAsync()
    {
        try
        {
            OwnerHoldings? holdings = null;
            await TellAsync(
                word => Allocator.ResyncAsync(Owner, holdings ??= Holdings(), word),
                run => _allocatorRun = run >= _announcedRun ? run : 0);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotResynced(failure, Id);
        }
        return _allocatorRun != 0;
    }

    private OwnerHoldings Holdings() => new()
    {
        TaskIds = _live.Select(id => _items.Items[id].HeldAs).Concat(_launching.Values).Concat(ExecutorPlaces).Distinct().ToValueList(),
    };

    // That it wants offers, is away, or has ended: what is true when its turn comes.
    private Task TellStateAsync()
    {
        Func<OwnerTerm, Task>? tell = null;
        return TellAsync(word => (tell ??= State())(word));
    }

    private Func<OwnerTerm, Task> State()
    {
        if (Record.RemovedAt is not null && _live.Count == 0 && _executors.Items.Count == 0)
            return word => Allocator.RemoveFrameworkAsync(Owner, word);
        if (IsThere && _stream is not null)
        {
            var subscription = Subscription();
            return word => Allocator.SubscribeAsync(subscription, word);
        }
        // After a restart the stream may be about to renew itself: what was offered on it stays until it is known to be over.
        return Record.StreamId is not null ? static _ => Task.CompletedTask : word => Allocator.DisconnectAsync(Owner, word);
    }

    private FrameworkSubscription Subscription()
    {
        var subscription = Record.Spec!.Subscription(Owner);
        return _suppressed.Count == 0 ? subscription : subscription with { SuppressedRoles = subscription.SuppressedRoles.Union(_suppressed) };
    }

    // While an answer of the scheduler to offers is on its way, what the allocator shows as open says nothing.
    private async Task AnswerAsync(Func<Task> tell)
    {
        _answering++;
        try
        {
            await tell();
        }
        finally
        {
            _answering--;
            _answers++;
        }
    }

    private async Task TellAsync(Func<OwnerTerm, Task> tell) => await TellAsync(async word =>
    {
        await tell(word);
        return true;
    });

    /// <summary>Says something to the allocator when all before it was answered: so it is heard once and in its order, however often and late its messages come.</summary>
    /// <param name="tell">Says it; the same each time.</param>
    /// <param name="heard">To be done before anything else is said.</param>
    private async Task<T> TellAsync<T>(Func<OwnerTerm, Task<T>> tell, Action<T>? heard = null)
    {
        var before = _lastWord;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _lastWord = done.Task;
        await before;
        try
        {
            // The term is on record ahead of the first word.
            if (!_isTermStored)
                await _writer.WriteAsync();
            var word = From with { Number = ++_words };
            var answer = await PatientCall.AskAsync(() => tell(word), () => !_isGone, _time);
            heard?.Invoke(answer);
            return answer;
        }
        catch
        {
            // Whether it arrived is not known: the next tick tells what there is.
            _allocatorRun = 0;
            throw;
        }
        finally
        {
            done.SetResult();
        }
    }

    // For what may be heard twice, late, and in any order: it is never taken back.
    private void Insist(Func<Task> tell, Func<bool>? matters = null, [CallerArgumentExpression(nameof(tell))] string what = "") =>
        Insistence.UntilHeardAsync(tell, () => !_isGone && (matters is null || matters()), _time, _logger, what).Ignore();
}
