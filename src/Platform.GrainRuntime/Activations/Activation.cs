using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Activations;

/// <summary>One activation of a grain (or an observer's object): its mailbox, its turns, and its life from the first call to the last.</summary>
internal sealed partial class Activation : CallTarget, IGrainContext
{
    /// <summary>So many calls that end at once are started in one turn.</summary>
    private const int MaximumCallsPerTurn = 64;

    [ThreadStatic]
    private static Activation? _creating;

    private readonly Lock _gate = new();
    private readonly ActivationScheduler _scheduler;
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WeakReference<object>? _observer;
    private Mailbox _mailbox;
    private ActivationState _state;

    public Activation(EmbeddedSilo silo, GrainId grainId, GrainClass grainClass)
    {
        Silo = silo;
        GrainId = grainId;
        Class = grainClass;
        _mailbox = new Mailbox(grainClass.IsReentrant);
        _scheduler = new ActivationScheduler(this, _gate);
        _lastUsed = silo.Clock.Now;
    }

    /// <summary>For an observer: active from the start, and never collected.</summary>
    public Activation(EmbeddedSilo silo, GrainId grainId, IGrainObserver observer)
        : this(silo, grainId, GrainClass.Observer)
    {
        _observer = new WeakReference<object>(observer);
        _state = ActivationState.Active;
    }

    /// <summary>The activation whose grain object is made on this thread.</summary>
    public static Activation? Creating => _creating;

    public EmbeddedSilo Silo { get; }

    public GrainId GrainId { get; }

    public GrainClass Class { get; }

    public object? GrainInstance { get; private set; }

    public IServiceProvider ActivationServices => _scope?.ServiceProvider ?? Silo.Services;

    public Task Deactivated => _deactivated.Task;

    public override IEnumerable<Activation> Activations => [this];

    /// <summary>The object whose methods are called.</summary>
    public object Target
    {
        get
        {
            if (_observer is null)
            {
                return GrainInstance!;
            }

            return _observer.TryGetTarget(out var observer)
                ? observer
                : throw new ClientNotAvailableException($"The object behind observer {GrainId} is gone: who makes an observer keeps it alive.");
        }
    }

    /// <summary>Whether a turn of <see cref="StartCalls"/> has something to do. The lock is held.</summary>
    public bool CanStartCalls => _state switch
    {
        ActivationState.Created => !_mailbox.IsEmpty,
        ActivationState.Active => _mailbox.HasNext,
        ActivationState.Draining => _mailbox.RunningCount == 0,
        _ => false,
    };

    /// <summary>No call waits or runs.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _mailbox.RunningCount == 0 && _mailbox.IsEmpty;
            }
        }
    }

    public override bool TryEnqueue(GrainCall call)
    {
        bool post;
        lock (_gate)
        {
            if (_state == ActivationState.Ended)
            {
                return false;
            }

            if (call.IsForwarded)
            {
                _lastUsed = Silo.Clock.Now;
                if (Silo.RandomDeactivation is { } random && IsCollectable && random.Strikes())
                {
                    _reason = new(DeactivationReasonCode.RuntimeRequested, "Random deactivation, a setting for tests.");
                    _state = ActivationState.Draining;
                }
            }

            _mailbox.Add(call);
            post = _scheduler.Schedule();
        }

        if (post)
        {
            _scheduler.Post();
        }

        return true;
    }

    /// <summary>A turn: starts what may start, in order, as long as calls end at once.</summary>
    public void StartCalls()
    {
        if (StartStep())
        {
            return;
        }

        GrainCall? ended = null;
        var isAbandoned = false;
        for (var i = 0; ; i++)
        {
            GrainCall? next = null;
            lock (_gate)
            {
                if (ended is not null)
                {
                    _mailbox.Finish(ended);
                    isAbandoned = ended.IsAbandoned;
                }

                if (_state == ActivationState.Active && i < MaximumCallsPerTurn)
                {
                    next = _mailbox.TakeNext();
                }
            }

            if (ended is not null && !isAbandoned)
            {
                ended.Answer();
            }

            if (next is null)
            {
                return;
            }

            RequestContext.Current = next.Context;
            ended = next.Run(this) ? next : null;
        }
    }

    /// <summary>A call that did not end at once has ended.</summary>
    public void Finish(GrainCall call)
    {
        bool isAbandoned;
        bool post;
        lock (_gate)
        {
            _mailbox.Finish(call);
            isAbandoned = call.IsAbandoned;
            post = CanStartCalls && _scheduler.Schedule();
        }

        if (post)
        {
            _scheduler.Post();
        }

        if (!isAbandoned)
        {
            call.Answer();
        }
    }

    /// <summary>Fails the calls that were sent before the limit, and leaves those that run running.</summary>
    public void ExpireCalls(long limit, List<GrainCall> expired)
    {
        string running;
        lock (_gate)
        {
            if (_mailbox.RunningCount == 0 && _mailbox.IsEmpty)
            {
                return;
            }

            _mailbox.CollectOlder(limit, expired);
            foreach (var call in expired)
            {
                call.Abandon();
            }

            running = $"{_state}, running {_mailbox.DescribeRunning()}";
        }

        foreach (var call in expired)
        {
            call.Fail(new TimeoutException(
                $"No answer within {Silo.Options.ResponseTimeout.TotalSeconds} s to {call} of grain {GrainId}. The grain is {running}."));
        }

        expired.Clear();
    }

    /// <summary>Begins or ends the activation's life when it is time to.</summary>
    private bool StartStep()
    {
        ActivationState step;
        lock (_gate)
        {
            step = _state switch
            {
                ActivationState.Created => ActivationState.Activating,
                ActivationState.Draining when _mailbox.RunningCount == 0 => ActivationState.Deactivating,
                _ => _state,
            };
            if (step == _state)
            {
                return false;
            }

            _state = step;
        }

        _ = step == ActivationState.Activating ? ActivateAsync() : DeactivateAsync();
        return true;
    }
}
