using System.Text.Json;
using System.Threading.Channels;
using Platform.Client;
using Platform.Client.Services;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.Registry;
using ServiceEndpoint = Platform.Core.Registry.ServiceEndpoint;

namespace Platform.Host.Hosting;

/// <summary>Keeps a directory like the registry of a control plane elsewhere. While that is away, what is known stays.</summary>
/// <param name="client">The control plane.</param>
/// <param name="directory">What is kept.</param>
/// <param name="settings">How it follows, and who goes by it.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Its log.</param>
internal sealed partial class RegistryReader(PlatformClient client, ServiceDirectory directory, RegistryReaderSettings settings, TimeProvider time, ILogger<RegistryReader> logger)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookForFree = TimeSpan.FromMilliseconds(50);

    // Thrice the control plane's own word that it is there.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private readonly DirectoryMirror mirror = new(directory);

    private readonly DrainingEndpoints draining = new();
    private readonly Channel<bool> lost = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile Settled? settled;
    private volatile bool isWhole;
    private volatile bool hasNews;
    private volatile RegistryNodes? nodes;

    private readonly Lock gate = new();
    private DateTimeOffset? heardAt;
    private volatile bool isConnected;

    /// <summary>When the control plane last told something; it does every 15 seconds at least. Null: it never has.</summary>
    internal DateTimeOffset? HeardAt
    {
        get
        {
            lock (gate)
                return heardAt;
        }
    }

    /// <summary>There is no connection to it.</summary>
    internal bool IsAway => !isConnected;

    /// <summary>Follows until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        directory.Follow(Drains);
        var keeping = settings.Kept is null ? Task.CompletedTask : KeepAsync(settings.Kept, cancellationToken);
        try
        {
            await FollowAsync(cancellationToken);
        }
        finally
        {
            directory.Unfollow(Drains);
            await keeping;
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var isAway = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            string reason;
            try
            {
                using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                silence.CancelAfter(LongestSilence);
                await settings.Renew(silence.Token);
                // Changes that come while one is acknowledged do not wait for that; of marks the newest counts.
                var marks = Channel.CreateBounded<EndpointMark>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
                var acknowledging = AcknowledgeAsync(marks.Reader, silence.Token);
                var releasing = settings.Watch.Acknowledges ? ReleaseAsync(silence.Token) : Task.CompletedTask;
                try
                {
                    mirror.Begin();
                    await foreach (var told in client.Services.WatchEndpointsAsync(settings.Watch, silence.Token))
                    {
                        silence.CancelAfter(LongestSilence);
                        Heard();
                        if (isAway)
                            LogBack();
                        isAway = false;
                        if (told.Mark is { } mark)
                            marks.Writer.TryWrite(mark);
                        else
                            Take(told);
                    }
                }
                finally
                {
                    await silence.CancelAsync();
                    await acknowledging;
                    await releasing;
                    settled = null;
                }
                reason = "the connection ended";
            }
            catch (PlatformException failure)
            {
                reason = failure.Message;
            }
            catch (JsonException failure)
            {
                reason = $"it tells what is not understood: {failure.Message}";
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                reason = $"nothing was heard for {LongestSilence.TotalSeconds:0} seconds";
            }
            catch (OperationCanceledException)
            {
                return;
            }
            isConnected = false;
            lost.Writer.TryWrite(true);
            if (!isAway)
                LogAway(reason);
            isAway = true;
            try
            {
                await Task.Delay(Again, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Heard()
    {
        lock (gate)
            heardAt = time.GetUtcNow();
        isConnected = true;
    }

    /// <summary>What was known when this process, or the one before it, last heard the control plane. Before <see cref="RunAsync"/>.</summary>
    internal void BeginWithKept()
    {
        if (settings.Kept?.Read() is not { } kept)
            return;
        foreach (var service in kept.Services)
            mirror.Snapshot(service.Name, service.Endpoints);
        if (kept.Nodes is null)
            return;
        nodes = kept.Nodes;
        settings.Nodes(kept.Nodes);
    }

    /// <summary>Keeps what is known, once it is known as a whole, and not with each of many changes; at once when the control plane goes away, since it may be needed from then on.</summary>
    private async Task KeepAsync(RegistryFile file, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var due = new CancellationTokenSource(KeepAgain, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, due.Token);
                try
                {
                    await lost.Reader.ReadAsync(either.Token);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // It is time.
                }
                Keep(file);
            }
        }
        catch (OperationCanceledException)
        {
            // Also what came last.
            Keep(file);
        }
    }

    private void Keep(RegistryFile file)
    {
        if (!isWhole || !hasNews)
            return;
        hasNews = false;
        file.Write(directory.List(), nodes);
    }

    private void Take(EndpointEvent told)
    {
        hasNews |= told.Kind != EndpointEventKind.Alive;
        if (told is { Kind: EndpointEventKind.Snapshot, Change: { } whole })
        {
            mirror.Snapshot(whole.Service, whole.Set.Select(Endpoint));
        }
        else if (told is { Kind: EndpointEventKind.Change, Change: { } change })
        {
            mirror.Change(change.Service, change.Set.Select(Endpoint), change.Removed);
        }
        else if (told.Kind == EndpointEventKind.Complete)
        {
            mirror.Complete();
            isWhole = true;
            settings.Completed();
        }
        else if (told is { Kind: EndpointEventKind.Nodes, Nodes: { } machines })
        {
            nodes = new([.. machines.Masters], [.. machines.Agents]);
            settings.Nodes(nodes);
        }
    }

    private async Task AcknowledgeAsync(ChannelReader<EndpointMark> marks, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var mark in marks.ReadAllAsync(cancellationToken))
            {
                IReadOnlySet<string> drains;
                lock (draining)
                    drains = draining.Ids;
                await settings.CaughtUp(cancellationToken);
                try
                {
                    await client.Services.AcknowledgeEndpointsAsync(settings.Watch, mark, cancellationToken);
                }
                catch (PlatformException failure)
                {
                    // The connection ends too, or another control plane answered, which waits for nobody that it does not know.
                    LogNotAcknowledged(failure.Message);
                    continue;
                }
                settled = new(mark, drains);
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    private void Drains(EndpointChange change)
    {
        lock (draining)
            draining.Apply(change);
    }

    /// <summary>While endpoints drain, looks what is under way there, and tells which are free.</summary>
    private async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        HashSet<string> told = new HashSet<string>();
        try
        {
            while (true)
            {
                await Task.Delay(LookForFree, time, cancellationToken);
                if (settled is not { } now || (now.Draining.Count == 0 && told.Count == 0))
                    continue;
                var free = now.Draining.ToHashSet(StringComparer.Ordinal);
                lock (draining)
                    free.IntersectWith(draining.Ids);
                if (free.Count > 0)
                    free.ExceptWith(await settings.BusyOf(free.ToHashSet(StringComparer.Ordinal), cancellationToken));
                if (free.SetEquals(told))
                    continue;
                try
                {
                    await client.Services.ReleaseEndpointsAsync(settings.Watch, now.Mark, free, cancellationToken);
                    told = free;
                }
                catch (PlatformException failure)
                {
                    // A control plane that does not know of it yet, or not of this connection: instances have their drain time.
                    LogNotAcknowledged(failure.Message);
                    await Task.Delay(Again, time, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    /// <summary>What was acknowledged last.</summary>
    /// <param name="Mark">Its mark.</param>
    /// <param name="Draining">What drains in it.</param>
    private sealed record Settled(EndpointMark Mark, IReadOnlySet<string> Draining);

    private static ServiceEndpoint Endpoint(Client.Services.ServiceEndpoint told) => new()
    {
        Id = told.Id,
        Framework = told.Framework ?? ServiceNames.Outside,
        Name = told.Name ?? "",
        DiscoveryName = told.DiscoveryName,
        AgentId = told.AgentId ?? "",
        AgentAddresses = told.AgentAddresses.ToValueList(),
        Addresses = told.Addresses.SequenceEqual(told.AgentAddresses) ? default : told.Addresses.ToValueList(),
        Ports = told.Ports.Select(port => new EndpointPort
        {
            Name = port.Name,
            Protocol = port.Protocol,
            HostPort = port.HostPort,
            ContainerPort = port.ContainerPort,
            ServicePort = port.ClusterPort,
            Labels = Map(port.Labels),
            IsHidden = port.Hidden,
        }).ToValueList(),
        State = Enum.TryParse<EndpointState>(told.State, out var state) ? state : EndpointState.Waiting,
        Weight = told.Weight,
        Labels = Map(told.Labels),
        Owner = told.Owner ?? "",
        Version = told.Version,
        Share = told.Share,
    };

    private static ValueMap<string> Map(IReadOnlyDictionary<string, string>? labels) => labels is null ? default : labels.ToValueMap();

    [LoggerMessage(LogLevel.Warning, "The control plane is away, what is known of it stays: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Debug, "A change of the registry could not be acknowledged: {Reason}")]
    private partial void LogNotAcknowledged(string reason);

    [LoggerMessage(LogLevel.Information, "The control plane is there")]
    private partial void LogBack();
}
