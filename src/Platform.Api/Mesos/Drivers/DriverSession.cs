using Google.Protobuf;
using Platform.Api.Mesos.Scheduler;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Drivers;

/// <summary>One driver that has subscribed: events of its framework's grain go to it as messages, on a connection to it.</summary>
/// <param name="driver">The driver.</param>
/// <param name="master">The control plane as the driver knows it.</param>
/// <param name="frameworkId">The framework.</param>
/// <param name="info">What the framework says of itself.</param>
/// <param name="link">The connection.</param>
/// <param name="time">The clock.</param>
internal sealed class DriverSession(ProcessId driver, ProcessId master, string frameworkId, Wire.FrameworkInfo info, DriverLink link, TimeProvider time) : IFrameworkStream
{
    private volatile DriverMessages _messages = MessagesFor(frameworkId, master, info);
    private readonly Lock _gate = new();
    private List<byte[]>? _early = [];
    private long _received;

    /// <summary>The framework.</summary>
    public string FrameworkId => frameworkId;

    /// <summary>What its stream is known by to its grain.</summary>
    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>The framework describes itself anew.</summary>
    public void Describe(Wire.FrameworkInfo description) => _messages = MessagesFor(frameworkId, master, description);

    /// <inheritdoc/>
    public Task SendAsync(ValueList<FrameworkEvent> events)
    {
        Interlocked.Increment(ref _received);
        foreach (var told in events.SelectMany(EventMapping.ToWire))
        {
            if (_messages.Of(told) is { } message)
                Send(message);
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CloseAsync(string error)
    {
        End(error);
        return Task.CompletedTask;
    }

    /// <summary>Answers the subscription; what was sent before follows it, since a driver passes over everything that comes before.</summary>
    public void Begin(IMessage subscribed)
    {
        lock (_gate)
        {
            link.Send(Encode(subscribed));
            foreach (var message in _early ?? [])
                link.Send(message);
            _early = null;
        }
    }

    /// <summary>Sends the driver a message.</summary>
    public void Send(IMessage message)
    {
        var bytes = Encode(message);
        lock (_gate)
        {
            if (_early is { } early)
                early.Add(bytes);
            else
                link.Send(bytes);
        }
    }

    /// <summary>Ends the session with a last word, which ends the driver.</summary>
    public void End(string error)
    {
        lock (_gate)
        {
            _early = null;
            link.Send(Encode(DriverMessages.Error(error)));
        }
        link.Complete();
    }

    /// <summary>Serves the session until either side ends it.</summary>
    /// <param name="framework">The framework's grain.</param>
    /// <param name="reference">This session as the grain knows it.</param>
    /// <param name="stopping">The control plane stops.</param>
    /// <returns>Whether the driver has heard all that it was sent; false: it has gone.</returns>
    public async Task<bool> RunAsync(IFrameworkGrain framework, IFrameworkStream reference, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = StreamRenewal.RunAsync(framework, Id, () => Interlocked.Read(ref _received), reference, () => End("Framework disconnected"), time, ended.Token);
        try
        {
            return await link.RunAsync(ended.Token);
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
        }
    }

    private static DriverMessages MessagesFor(string frameworkId, ProcessId master, Wire.FrameworkInfo info) => new(frameworkId, master, info.Capabilities.Select(capability => capability.Type));

    private byte[] Encode(IMessage message) => ProcessMessage.Encode(master, driver, message.Descriptor.FullName, message);
}
