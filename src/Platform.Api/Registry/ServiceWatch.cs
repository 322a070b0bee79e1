using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>Lets readers wait for changes of services.</summary>
public sealed class ServiceWatch
{
    private const int LongestBacklog = 1024;

    private readonly Lock _gate = new();
    private readonly ServiceDirectory _directory;
    private readonly Dictionary<string, TaskCompletionSource> _waiters = new(StringComparer.Ordinal);
    private readonly HashSet<Subscription> _subscriptions = [];
    private TaskCompletionSource _anything = New();

    /// <summary>Watches a directory.</summary>
    public ServiceWatch(ServiceDirectory directory)
    {
        _directory = directory;
        directory.Follow(Take);
    }

    /// <summary>Waits until a service has changed after a number (<see cref="ServiceDirectory.Index"/>), or the time is over.</summary>
    /// <param name="service">The service; null: any.</param>
    /// <param name="after">The number.</param>
    /// <param name="longest">How long at most.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task WaitAsync(string? service, long after, TimeSpan longest, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(longest);
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    if (service is null)
                        changed = _anything.Task;
                    else if (_waiters.TryGetValue(service, out var waiter))
                        changed = waiter.Task;
                    else
                        changed = (_waiters[service] = New()).Task;
                }
                // Asked after the wait is set up: what comes between is not missed.
                if ((service is null ? _directory.Index : _directory.ChangedAt(service)) > after)
                    return;
                await changed.WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nothing changed in time.
        }
    }

    /// <summary>The changes of a service, or of all, from now on.</summary>
    internal Subscription Subscribe(string? service)
    {
        var subscription = new Subscription(this, service);
        lock (_gate)
            _subscriptions.Add(subscription);
        return subscription;
    }

    private void Take(EndpointChange change)
    {
        lock (_gate)
        {
            if (_waiters.Remove(change.Service, out var waiter))
                waiter.TrySetResult();
            _anything.TrySetResult();
            _anything = New();
            foreach (var subscription in _subscriptions)
                subscription.Offer(change);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One reader's changes.</summary>
    internal sealed class Subscription(ServiceWatch watch, string? service) : IDisposable
    {
        private readonly Channel<EndpointChange> _changes = Channel.CreateBounded<EndpointChange>(LongestBacklog);

        private volatile bool _hasMissed;

        /// <summary>The reader was too slow and has missed some; it begins again with <see cref="Restart"/>, and reads whole lists.</summary>
        public bool HasMissed => _hasMissed;

        /// <summary>Done when there is a change to be read; what was missed is noticed by then.</summary>
        public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _changes.Reader.WaitToReadAsync(cancellation);

        /// <summary>The next change. False: there is none now, or it comes after one that was missed, without which it says something wrong.</summary>
        public bool TryRead([NotNullWhen(true)] out EndpointChange? change) => _changes.Reader.TryRead(out change) && !_hasMissed;

        /// <summary>Whole lists that are read from here on have all that was missed, and all that waits.</summary>
        public void Restart()
        {
            _hasMissed = false;
            while (_changes.Reader.TryRead(out _))
            {
                // What the lists have anyway.
            }
        }

        public void Dispose()
        {
            lock (watch._gate)
                watch._subscriptions.Remove(this);
        }

        internal void Offer(EndpointChange change)
        {
            if ((service is null || service == change.Service) && !_changes.Writer.TryWrite(change))
                _hasMissed = true;
        }
    }
}
