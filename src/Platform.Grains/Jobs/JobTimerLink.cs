using Microsoft.Extensions.Logging;
using Platform.Contracts.Jobs;
using Platform.Grains.Ownership;

namespace Platform.Grains.Jobs;

/// <summary>What a job tells its timer: one call after the other, and again until it was heard. Of what changes meanwhile only the last counts.</summary>
internal sealed class JobTimerLink(string jobId, long term, IGrainFactory grains, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private Told? _heard;
    private Told? _sending;
    private Told? _next;
    private Task _telling = Task.CompletedTask;
    private bool _isGone;

    /// <summary>Something is to be told or on its way.</summary>
    public bool IsTelling => _sending is not null || _next is not null;

    /// <summary>This activation has told a summary, or is about to.</summary>
    public bool HasToldSummary { get; private set; }

    /// <summary>The timer has said what it knows.</summary>
    public void Knows(JobTimerEntry known)
    {
        if (!IsTelling)
            _heard = new(known);
    }

    /// <summary>The timer knows, or will know, this of the job; its summary aside.</summary>
    public bool Has(JobTimerEntry? entry) =>
        (_next ?? _sending ?? _heard) is { } last ? Facts(last.Entry) == Facts(entry) : entry is null;

    /// <summary>Whether the timer wakes the job whatever happens.</summary>
    public bool WillWake()
    {
        var now = time.GetUtcNow();
        bool Wakes(Told? told) => told?.Entry?.WakesAt(now) == true;
        return Wakes(_heard) && (_sending is null || Wakes(_sending)) && (_next is null || Wakes(_next));
    }

    /// <summary>Done when the timer will wake the job whatever happens: awaited before something is stored that has to go on.</summary>
    public async Task EnsureWokenAsync(DateTimeOffset? due)
    {
        if (WillWake())
            return;
        await _one.WaitAsync();
        try
        {
            if (WillWake())
                return;
            // What is to be told otherwise is overtaken: the write that follows tells it anew.
            _next = null;
            await SendAsync(new(new() { Due = due, Live = true }));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Tells what is stored now; null: the job is gone.</summary>
    public void Tell(JobTimerEntry? entry)
    {
        _next = new(entry);
        HasToldSummary = entry is not null;
        if (_telling.IsCompleted)
            _telling = Insistence.UntilHeardAsync(TellAsync, () => _next is not null && !_isGone, time, logger);
    }

    /// <summary>Done when the timer has heard everything, or after a second.</summary>
    public Task HeardAsync() => _telling.IsCompleted ? Task.CompletedTask : Task.WhenAny(_telling, Task.Delay(Insistence.Pause, time));

    /// <inheritdoc/>
    public void Dispose()
    {
        // The activation that follows tells what is stored.
        _isGone = true;
        _one.Dispose();
    }

    private static (bool, DateTimeOffset?, bool?) Facts(JobTimerEntry? entry) => (entry is null, entry?.Due, entry?.Live);

    private async Task TellAsync()
    {
        await _one.WaitAsync();
        try
        {
            while (_next is { } next)
            {
                await SendAsync(next);
                if (_next == next)
                    _next = null;
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task SendAsync(Told told)
    {
        _sending = told;
        try
        {
            await JobTimers.Of(grains, jobId).SetAsync(jobId, told.Entry, term);
            _heard = told;
        }
        finally
        {
            _sending = null;
        }
    }

    private sealed class Told(JobTimerEntry? entry)
    {
        public JobTimerEntry? Entry { get; } = entry;
    }
}
