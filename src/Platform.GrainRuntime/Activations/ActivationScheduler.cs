namespace Platform.GrainRuntime.Activations;

/// <summary>
/// Runs the turns of one activation on the thread pool, one at a time: the continuations of its calls (as a task scheduler, so that
/// an await in a grain comes back to it) and, between them, the start of new calls.
/// </summary>
internal sealed class ActivationScheduler(Activation activation, Lock gate) : TaskScheduler, IThreadPoolWorkItem
{
    /// <summary>After this long the other activations get the thread.</summary>
    private const long MaximumRunMilliseconds = 20;

    private static readonly Action<object?> StartCalls = static activation => ((Activation)activation!).StartCalls();

    [ThreadStatic]
    private static ActivationScheduler? _executing;

    private readonly Queue<Task> _continuations = new();
    private bool _isScheduled;
    private bool _preferCalls;

    public Activation Activation => activation;

    /// <summary>Makes sure that the activation's work will be looked at. Call it with the lock held, and <see cref="Post"/> without, if true.</summary>
    public bool Schedule()
    {
        if (_isScheduled)
        {
            return false;
        }

        return _isScheduled = true;
    }

    public void Post() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);

    public void Execute()
    {
        var started = Environment.TickCount64;
        var previous = _executing;
        _executing = this;
        try
        {
            while (TakeTurn(out var continuation))
            {
                if (continuation is not null)
                {
                    TryExecuteTask(continuation);
                }
                else
                {
                    // A task, so that what the calls await comes back to this scheduler.
                    new Task(StartCalls, activation).RunSynchronously(this);
                }

                activation.FlushWrites();
                if (Environment.TickCount64 - started > MaximumRunMilliseconds)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }
            }
        }
        finally
        {
            _executing = previous;
        }
    }

    protected override void QueueTask(Task task)
    {
        bool post;
        lock (gate)
        {
            _continuations.Enqueue(task);
            post = Schedule();
        }

        if (post)
        {
            Post();
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && _executing == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (gate)
        {
            return _continuations.ToArray();
        }
    }

    /// <returns>False when there is nothing to do; then <see cref="Schedule"/> must be called for the next work.</returns>
    private bool TakeTurn(out Task? continuation)
    {
        lock (gate)
        {
            continuation = null;
            var callsWait = activation.CanStartCalls;
            if (callsWait && (_preferCalls || _continuations.Count == 0))
            {
                _preferCalls = false;
                return true;
            }

            _preferCalls = true;
            return _continuations.TryDequeue(out continuation) || (_isScheduled = false);
        }
    }
}
