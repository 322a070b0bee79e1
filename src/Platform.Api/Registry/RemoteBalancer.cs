namespace Platform.Api.Registry;

/// <summary>A balancer of another process, as long as its stream is open.</summary>
internal sealed class RemoteBalancer(Action<RemoteBalancer> gone) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(long Mark, TaskCompletionSource Answer)> _waiting = [];
    private TaskCompletionSource _asked = New();
    private long _acknowledged;
    private bool _isGone;

    /// <summary>Its name in acknowledgements; nobody else can guess it.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The last mark that it was asked for.</summary>
    public long Asked { get; private set; }

    /// <summary>It has not answered in time, and nobody waits for it until it does.</summary>
    public bool IsLate { get; set; }

    /// <summary>Endpoints that drain in what it has acknowledged, and that it has nothing under way at.</summary>
    public IReadOnlySet<string> Free { get; set; } = new HashSet<string>();

    /// <summary>Ends when it is asked for a mark after this one.</summary>
    public Task WhenAskedAfter(long mark)
    {
        lock (_gate)
            return Asked > mark ? Task.CompletedTask : _asked.Task;
    }

    /// <summary>Asks for a mark; ends when it has answered, or is gone.</summary>
    public Task AskAsync(long mark)
    {
        lock (_gate)
        {
            if (_isGone || _acknowledged >= mark)
                return Task.CompletedTask;
            Asked = Math.Max(Asked, mark);
            var answer = New();
            _waiting.Add((mark, answer));
            _asked.TrySetResult();
            _asked = New();
            return answer.Task;
        }
    }

    /// <summary>It goes by all that was told before the mark.</summary>
    public void Acknowledge(long mark)
    {
        lock (_gate)
        {
            _acknowledged = Math.Max(_acknowledged, Math.Min(mark, Asked));
            IsLate &= _acknowledged < Asked;
            Answer(_acknowledged);
        }
    }

    /// <summary>Its stream has ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isGone = true;
            Answer(long.MaxValue);
        }
        gone(this);
    }

    private void Answer(long upTo)
    {
        foreach (var (mark, answer) in _waiting)
        {
            if (mark <= upTo)
                answer.TrySetResult();
        }
        _waiting.RemoveAll(entry => entry.Mark <= upTo);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
