using Microsoft.Extensions.Logging;
using Platform.Api.Events;
using Platform.Contracts.Events;
using Platform.Core.Registry;

namespace Platform.Dashboard.Live;

/// <summary>What the dashboard shows of the whole cluster, kept up to date from the event log, once for all browsers of this process.</summary>
/// <remarks>
/// It reads everything when the first browser comes, and from then on only what events name, what is on its way somewhere, and a few agents in
/// turn for their usage. Browsers are told at most four times a second. Half a minute after the last one has gone it stops.
/// </remarks>
public sealed partial class ClusterSource(IGrainFactory grains, ServiceDirectory services, TimeProvider time, ILogger<ClusterSource> logger) : IDisposable
{
    /// <summary>How often browsers are told, at most.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    /// <summary>How long it goes on without a browser.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>So many events are kept for the first look.</summary>
    private const int Remembered = 2_000;

    /// <summary>So many unsettled apps, and agents in turn, are read each second.</summary>
    private const int UnsettledEachSecond = 100;
    private const int AgentsEachSecond = 20;

    private readonly Lock _lock = new();
    private readonly List<Action> _listeners = [];
    private Run? _run;
    private ITimer? _stopping;
    private long _stamp;

    /// <summary>The newest reading.</summary>
    public ClusterSnapshot Current { get; private set; } = ClusterSnapshot.Unread;

    /// <summary>The newest events.</summary>
    public EventWindow Events { get; } = new(Remembered);

    /// <summary>Calls back when there is something new, until the result is disposed of.</summary>
    /// <param name="changed">Called on any thread; must be quick.</param>
    public IDisposable Attach(Action changed)
    {
        lock (_lock)
        {
            _listeners.Add(changed);
            _stopping?.Dispose();
            _stopping = null;
            if (_run is null)
            {
                _run = new();
                // Nobody's rights come along: it reads for all browsers.
                using (ExecutionContext.SuppressFlow())
                    _ = RunAsync(_run);
            }
        }
        return new Attachment(this, changed);
    }

    /// <summary>An operator has just changed this; it is read again without waiting for its event.</summary>
    public void Touch(string? app = null, string? agent = null, string? job = null)
    {
        lock (_lock)
            _run?.Dirt.Add(app, agent, null, deployments: app is not null, agentList: agent is not null, job: job);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopping?.Dispose();
            End();
        }
    }

    private void Detach(Action changed)
    {
        lock (_lock)
        {
            _listeners.Remove(changed);
            if (_listeners.Count == 0 && _run is not null)
                _stopping = time.CreateTimer(_ => StopWhenAlone(), null, Linger, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopWhenAlone()
    {
        lock (_lock)
        {
            if (_listeners.Count == 0)
                End();
        }
    }

    private void End()
    {
        _run?.Dispose();
        _run = null;
    }

    private async Task RunAsync(Run run)
    {
        while (!run.Cancellation.IsCancellationRequested)
        {
            try
            {
                using var both = CancellationTokenSource.CreateLinkedTokenSource(run.Cancellation);
                // Asked before anything is read: what happens from here on may be missing in what is read, and is read again.
                var range = await grains.GetGrain<IEventLogGrain>(0).GetRangeAsync();
                // Whichever ends first takes the other along: they begin anew together.
                var following = FollowAsync(run, range, both.Token);
                var reading = ReadAsync(run, both.Token);
                var first = await Task.WhenAny(following, reading);
                await both.CancelAsync();
                await first;
                await Task.WhenAll(following, reading);
            }
            catch (OperationCanceledException) when (run.Cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogTrouble(logger, exception.Message);
                Publish(run, Current with { Trouble = exception.Message, TroubleSince = Current.TroubleSince ?? time.GetUtcNow() });
                try
                {
                    await Task.Delay(Retry, time, run.Cancellation);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task FollowAsync(Run run, EventLogRange range, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (run == _run && range.Last < Events.Last)
                Events.Clear();
        }
        var after = Math.Max(Events.Last, Math.Max(range.First - 1, range.Last - Remembered));
        await foreach (var item in new EventFeed(grains, time).ReadAsync(after, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            if (item.Event is not { } happened)
            {
                // What was missed may have been anything.
                run.Dirt.AddAll();
                continue;
            }
            Events.Add(happened);
            Mark(run, happened, isNew: happened.Sequence > range.Last);
        }
    }

    private static void Mark(Run run, StreamedEvent happened, bool isNew)
    {
        var facts = EventFacts.Of(happened);
        if (!isNew)
        {
            // It is in what was read, but for jobs: their timers, which answer for them, hear of a change after the log.
            run.Dirt.Add(null, null, null, deployments: false, job: facts.JobId);
            return;
        }
        var deployments = happened.Type.StartsWith("deployment", StringComparison.Ordinal) || happened.Type.StartsWith("group", StringComparison.Ordinal);
        run.Dirt.Add(facts.AppId, facts.AgentId, facts.GroupId, deployments, agentList: happened.Type.StartsWith("agent_", StringComparison.Ordinal), job: facts.JobId);
    }

    private async Task ReadAsync(Run run, CancellationToken cancellation)
    {
        var reading = new ClusterReading(grains, () => Interlocked.Increment(ref _stamp));
        Publish(run, await reading.AllAsync());
        var lastSecond = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Beat, time, cancellation);
            var snapshot = Current;
            var seen = Events.Last;
            var dirt = run.Dirt.Take();
            if (dirt.Everything)
                snapshot = await reading.AllAsync();
            if (dirt.Deployments)
                snapshot = await reading.DeploymentsAsync(snapshot);
            foreach (var group in dirt.Groups)
                snapshot = await reading.GroupAsync(snapshot, group);
            var apps = dirt.Apps;
            var agents = dirt.Agents;
            var second = time.GetElapsedTime(lastSecond) >= TimeSpan.FromSeconds(1);
            if (second)
            {
                lastSecond = time.GetTimestamp();
                apps.UnionWith(snapshot.Apps.Values.Where(app => app.IsUnsettled).Take(UnsettledEachSecond).Select(app => app.Id));
                agents.UnionWith(run.NextAgents(snapshot));
                snapshot = await reading.AllocatorAsync(snapshot);
                snapshot = await reading.FrameworksAsync(snapshot);
            }
            if (services.Index is var index && index != snapshot.Services)
                snapshot = snapshot with { Services = index };
            if (dirt.AgentList)
                snapshot = await reading.AgentListAsync(snapshot);
            if (dirt.Jobs.Count > 0)
                snapshot = await reading.JobsAsync(snapshot, dirt.Jobs);
            if (apps.Count > 0)
                snapshot = await reading.AppsAsync(snapshot, apps);
            if (agents.Count > 0)
                snapshot = await reading.AgentsAsync(snapshot, agents);
            if (!ReferenceEquals(snapshot, Current) || seen != run.Published)
            {
                run.Published = seen;
                Publish(run, snapshot);
            }
        }
    }

    // One that has ended still waits for an answer, perhaps: what it read is older than what its successor has.
    private void Publish(Run run, ClusterSnapshot snapshot)
    {
        Action[] listeners;
        lock (_lock)
        {
            if (run != _run)
                return;
            Current = snapshot with { Number = Current.Number + 1 };
            listeners = [.. _listeners];
        }
        foreach (var listener in listeners)
            listener();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The dashboard cannot read the cluster and tries again: {Reason}")]
    private static partial void LogTrouble(ILogger logger, string reason);

    /// <summary>From the first browser until after the last. Each has what is its own, so that one which has ended takes nothing from its successor.</summary>
    private sealed class Run : IDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private string _agentTurn = "";

        public Run() => Cancellation = _end.Token;

        public CancellationToken Cancellation { get; }

        public Dirt Dirt { get; } = new();

        public long Published { get; set; }

        public void Dispose()
        {
            _end.Cancel();
            _end.Dispose();
        }

        public IEnumerable<string> NextAgents(ClusterSnapshot snapshot)
        {
            var next = snapshot.Agents.Keys.SkipWhile(id => string.CompareOrdinal(id, _agentTurn) <= 0).Take(AgentsEachSecond).ToList();
            _agentTurn = next.Count < AgentsEachSecond ? "" : next[^1];
            return next.Count > 0 ? next : snapshot.Agents.Keys.Take(AgentsEachSecond);
        }
    }

    private sealed class Attachment(ClusterSource feed, Action changed) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                feed.Detach(changed);
        }
    }
}
