using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Activations;

/// <summary>
/// The calls that wait for an activation and those that run on it, and the rule which may start beside which. Not thread-safe: the
/// activation's lock guards it.
/// </summary>
internal struct Mailbox(bool isReentrant)
{
    private CallQueue _ordered;
    private CallQueue _readOnly;
    private CallQueue _interleaving;
    private GrainCall? _running;
    private int _runningReadOnly;
    private int _runningInterleaved;
    private long _arrivals;

    public int RunningCount { get; private set; }

    public readonly bool IsEmpty => _ordered.First is null && _readOnly.First is null && _interleaving.First is null;

    /// <summary>Whether <see cref="TakeNext"/> gives a call.</summary>
    public readonly bool HasNext =>
        _interleaving.First is not null
        || (!IsEmpty && RunningCount == _runningInterleaved)
        || (_readOnly.First is not null && RunningCount == _runningInterleaved + _runningReadOnly);

    public void Add(GrainCall call)
    {
        call.Arrival = _arrivals++;
        if (isReentrant || call.Interleaves)
        {
            _interleaving.Add(call);
        }
        else if (call.IsReadOnly)
        {
            _readOnly.Add(call);
        }
        else
        {
            _ordered.Add(call);
        }
    }

    /// <summary>Takes the next call that may start now, and counts it as running.</summary>
    public GrainCall? TakeNext()
    {
        while (TakeAny() is { } call)
        {
            if (!call.IsAbandoned)
            {
                Start(call);
                return call;
            }
        }

        return null;
    }

    public void Finish(GrainCall call)
    {
        RunningCount--;
        if (isReentrant || call.Interleaves)
        {
            _runningInterleaved--;
        }
        else if (call.IsReadOnly)
        {
            _runningReadOnly--;
        }

        if (call.Previous is null)
        {
            _running = call.Next;
        }
        else
        {
            call.Previous.Next = call.Next;
        }

        if (call.Next is not null)
        {
            call.Next.Previous = call.Previous;
        }

        call.Next = call.Previous = null;
    }

    /// <summary>Empties the queues.</summary>
    public List<GrainCall> TakeWaiting()
    {
        var calls = new List<GrainCall>();
        while ((_interleaving.Take() ?? _readOnly.Take() ?? _ordered.Take()) is { } call)
        {
            if (!call.IsAbandoned)
            {
                calls.Add(call);
            }
        }

        calls.Sort(static (a, b) => a.Arrival.CompareTo(b.Arrival));
        return calls;
    }

    /// <summary>Calls that were sent before <paramref name="limit"/>: waiting and running ones.</summary>
    public readonly void CollectOlder(long limit, List<GrainCall> older)
    {
        Collect(_running);
        Collect(_ordered.First);
        Collect(_readOnly.First);
        Collect(_interleaving.First);

        void Collect(GrainCall? call)
        {
            for (; call is not null; call = call.Next)
            {
                if (call.SentAt < limit && !call.IsAbandoned)
                {
                    older.Add(call);
                }
            }
        }
    }

    public readonly string DescribeRunning() => _running?.ToString() ?? "nothing";

    private GrainCall? TakeAny()
    {
        if (_interleaving.First is not null)
        {
            return _interleaving.Take();
        }

        if (RunningCount > _runningInterleaved)
        {
            return RunningCount == _runningInterleaved + _runningReadOnly ? _readOnly.Take() : null;
        }

        return _readOnly.First is { } readOnly && (_ordered.First is not { } ordered || readOnly.Arrival < ordered.Arrival)
            ? _readOnly.Take()
            : _ordered.Take();
    }

    private void Start(GrainCall call)
    {
        RunningCount++;
        if (isReentrant || call.Interleaves)
        {
            _runningInterleaved++;
        }
        else if (call.IsReadOnly)
        {
            _runningReadOnly++;
        }

        call.Next = _running;
        if (_running is not null)
        {
            _running.Previous = call;
        }

        _running = call;
    }
}
