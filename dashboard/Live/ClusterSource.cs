using Microsoft.Extensions.Logging;
using Platform.Api.Events;
using Platform.Contracts.Events;
using Platform.Core.Apps;
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
    private readonly Dirt _dirt = new();
    private CancellationTokenSource? _running;
    private ITimer? _stopping;
    private string _agentTurn = "";

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
            if (_running is null)
            {
                _running = new();
                // Nobody's rights come along: it reads for all browsers.
                using (ExecutionContext.SuppressFlow())
                    _ = RunAsync(_running.Token);
            }
        }
        return new Attachment(this, changed);
    }

    /// <summary>An operator has just changed this; it is read again without waiting for its event.</summary>
    public void Touch(string? app = null, string? agent = null, string? job = null) => _dirt.Add(app, agent, null, deployments: app is not null, agentList: agent is not null, job: job);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopping?.Dispose();
            _running?.Cancel();
            _running = null;
        }
    }

    private void Detach(Action changed)
    {
        lock (_lock)
        {
            _listeners.Remove(changed);
            if (_listeners.Count == 0 && _running is not null)
                _stopping = time.CreateTimer(_ => StopWhenAlone(), null, Linger, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopWhenAlone()
    {
        lock (_lock)
        {
            if (_listeners.Count > 0)
                return;
            _running?.Cancel();
            _running = null;
        }
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                // Whichever ends first takes the other along: they begin anew together.
                var following = FollowAsync(both.Token);
                var reading = ReadAsync(both.Token);
                var first = await Task.WhenAny(following, reading);
                await both.CancelAsync();
                await first;
                await Task.WhenAll(following, reading);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogTrouble(logger, exception.Message);
                Publish(Current with { Trouble = exception.Message, TroubleSince = Current.TroubleSince ?? time.GetUtcNow() });
                try
                {
                    await Task.Delay(Retry, time, cancellation);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        var log = grains.GetGrain<IEventLogGrain>(0);
        var range = await log.GetRangeAsync();
        if (range.Last < Events.Last)
            Events.Clear();
        var after = Math.Max(Events.Last, Math.Max(range.First - 1, range.Last - Remembered));
        await foreach (var item in new EventFeed(grains, time).ReadAsync(after, cancellation))
        {
            if (item.Event is not { } happened)
            {
                // What was missed may have been anything.
                _dirt.Add(null, null, AppPath.Root, deployments: true, agentList: true, jobList: true);
                continue;
            }
            Events.Add(happened);
            // What is older than the reading at the start is in it.
            if (happened.Sequence <= range.Last && Current.IsRead)
                continue;
            Mark(happened);
        }
    }

    private void Mark(PlatformEvent happened)
    {
        var facts = EventFacts.Of(happened);
        var deployments = happened.Type.StartsWith("deployment", StringComparison.Ordinal) || happened.Type.StartsWith("group", StringComparison.Ordinal);
        _dirt.Add(facts.AppId, facts.AgentId, facts.GroupId, deployments, agentList: happened.Type.StartsWith("agent_", StringComparison.Ordinal), job: facts.JobId);
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        var reading = new ClusterReading(grains);
        Publish(await reading.AllAsync(Current) with { Trouble = null, TroubleSince = null });
        var lastSecond = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Beat, time, cancellation);
            var snapshot = Current;
            var seen = Events.Last;
            var dirt = _dirt.Take();
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
                agents.UnionWith(NextAgents(snapshot));
                snapshot = await reading.AllocatorAsync(snapshot);
                snapshot = await reading.FrameworksAsync(snapshot);
            }
            if (services.Index is var index && index != snapshot.Services)
                snapshot = snapshot with { Services = index };
            if (dirt.AgentList)
                snapshot = await reading.AgentListAsync(snapshot);
            if (dirt.JobList)
                snapshot = await reading.JobListAsync(snapshot);
            if (dirt.Jobs.Count > 0)
                snapshot = await reading.JobsAsync(snapshot, dirt.Jobs);
            if (apps.Count > 0)
                snapshot = await reading.AppsAsync(snapshot, apps);
            if (agents.Count > 0)
                snapshot = await reading.AgentsAsync(snapshot, agents);
            if (!ReferenceEquals(snapshot, Current) || seen != _published)
            {
                _published = seen;
                Publish(snapshot);
            }
        }
    }

    private long _published;

    private IEnumerable<string> NextAgents(ClusterSnapshot snapshot)
    {
        var next = snapshot.Agents.Keys.SkipWhile(id => string.CompareOrdinal(id, _agentTurn) <= 0).Take(AgentsEachSecond).ToList();
        _agentTurn = next.Count < AgentsEachSecond ? "" : next[^1];
        return next.Count > 0 ? next : snapshot.Agents.Keys.Take(AgentsEachSecond);
    }

    private void Publish(ClusterSnapshot snapshot)
    {
        Action[] listeners;
        lock (_lock)
        {
            Current = snapshot with { Number = Current.Number + 1 };
            listeners = [.. _listeners];
        }
        foreach (var listener in listeners)
            listener();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The dashboard cannot read the cluster and tries again: {Reason}")]
    private static partial void LogTrouble(ILogger logger, string reason);

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
