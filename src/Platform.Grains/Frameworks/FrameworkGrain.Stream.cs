using Platform.Contracts.Directory;
using Platform.Contracts.Frameworks;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;

namespace Platform.Grains.Frameworks;

/// <content>The scheduler's stream: it begins, is renewed, ends; what is sent on it.</content>
public sealed partial class FrameworkGrain
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, Offer> _offers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, InverseOffer> _inverseOffers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string UpdateId, int Times, DateTimeOffset Due)> _sent = new(StringComparer.Ordinal);
    private IFrameworkStream? _stream;
    private DateTimeOffset _renewedAt;
    private DateTimeOffset? _lateSince;
    private DateTimeOffset _lookedForOffersAt;
    private long _sentMessages;
    private int _subscribing;

    /// <inheritdoc/>
    public async Task<string?> SubscribeAsync(FrameworkSpec framework, string streamId, IFrameworkStream stream)
    {
        _subscribing++;
        try
        {
            return await BeginAsync(framework, streamId, stream);
        }
        finally
        {
            _subscribing--;
        }
    }

    private async Task<string?> BeginAsync(FrameworkSpec framework, string streamId, IFrameworkStream stream)
    {
        if (Record.RemovedAt is not null)
            return "Framework has been removed";
        if (Record.Spec?.ValidateChange(framework) is { } problem)
            return problem;
        var isNew = Record.Spec is null;
        if (isNew)
            await GrainFactory.AddToAsync(DirectoryKinds.Frameworks, Id, _time);
        var now = _time.GetUtcNow();
        if (_stream is { } old && Record.StreamId != streamId)
            old.CloseAsync("Framework failed over").Ignore();
        if (isNew)
            Record.RegisteredAt = now;
        else
            Record.ReregisteredAt = now;
        Record.Spec = framework;
        Record.StreamId = streamId;
        Record.DisconnectedAt = null;
        Changed();
        Attach(stream);
        _suppressed.Clear();
        await _writer.WriteAsync();
        LogSubscribed(Id, framework.Name, _live.Count);
        // Offers of the stream before are void for the scheduler that comes now.
        if (!isNew)
            await Allocator.DisconnectAsync(Owner);
        if (_allocatorRun == 0)
            await ResyncAsync();
        else
            await Allocator.SubscribeAsync(Subscription());
        foreach (var id in _items.Items.Where(task => !task.Value.Unacknowledged.IsEmpty).Select(task => task.Key).ToList())
            SendFirst(id);
        SendOperations();
        return null;
    }

    /// <inheritdoc/>
    public Task<bool> RenewAsync(string streamId, long received, IFrameworkStream stream)
    {
        if (!IsThere || Record.StreamId != streamId)
            return Task.FromResult(false);
        if (_stream is null)
        {
            // This activation is younger than the stream: everything is told to it again.
            Attach(stream);
            _sentMessages = received;
            _allocatorRun = 0;
            foreach (var id in _items.Items.Where(task => !task.Value.Unacknowledged.IsEmpty).Select(task => task.Key).ToList())
                SendFirst(id);
            SendOperations();
            return Task.FromResult(true);
        }
        _renewedAt = _time.GetUtcNow();
        // Messages may be on their way, but none is ever missing for long.
        if (received >= _sentMessages)
            _lateSince = null;
        else
            _lateSince ??= _renewedAt;
        return Task.FromResult(_lateSince is not { } late || _renewedAt - late < LongestSilence);
    }

    /// <inheritdoc/>
    public async Task DisconnectAsync(string streamId)
    {
        if (Record.StreamId != streamId || !IsThere)
            return;
        await LeaveAsync();
    }

    private async Task LeaveAsync()
    {
        LogDisconnected(Id, Record.Spec!.FailoverTimeoutSeconds);
        Detach();
        Record.StreamId = null;
        Record.DisconnectedAt = _time.GetUtcNow();
        Changed();
        await _writer.WriteAsync();
        await Allocator.DisconnectAsync(Owner);
        await EndIfOverdueAsync();
    }

    // The time to come back has passed, or a stream has fallen silent.
    private async Task EndIfOverdueAsync()
    {
        if (!IsThere)
            return;
        var now = _time.GetUtcNow();
        if (_stream is not null && now - _renewedAt > LongestSilence)
        {
            await LeaveAsync();
            return;
        }
        if (_stream is not null)
            return;
        var grace = TimeSpan.FromSeconds(Math.Min(Record.Spec!.FailoverTimeoutSeconds, TimeSpan.FromDays(3_650).TotalSeconds));
        var since = Record.DisconnectedAt ?? (_activatedAt + _options.RecoveryGrace);
        if (now - since >= grace && (Record.DisconnectedAt is not null || now >= _activatedAt + _options.RecoveryGrace))
            await EndAsync("its fail-over time has passed");
    }

    private void Attach(IFrameworkStream stream)
    {
        _stream = stream;
        _renewedAt = _time.GetUtcNow();
        _sentMessages = 0;
        _lateSince = null;
        _sent.Clear();
        _sentOperations.Clear();
        _offers.Clear();
        _inverseOffers.Clear();
        _status = null;
    }

    private void Detach()
    {
        _stream = null;
        _sent.Clear();
        _sentOperations.Clear();
        _offers.Clear();
        _inverseOffers.Clear();
        _status = null;
    }

    private void Send(params ValueList<FrameworkEvent> events)
    {
        if (_stream is null || events.IsEmpty)
            return;
        _sentMessages++;
        _stream.SendAsync(events).Ignore();
    }

    /// <inheritdoc/>
    public Task OfferedAsync(OfferBatch batch)
    {
        if (!IsThere || _stream is null)
            return Task.CompletedTask;
        var events = new List<FrameworkEvent>();
        foreach (var rescinded in batch.Rescinded)
        {
            if (rescinded.IsInverse ? _inverseOffers.Remove(rescinded.OfferId) : _offers.Remove(rescinded.OfferId))
                events.Add(rescinded.IsInverse ? new() { RescindedInverse = rescinded.OfferId } : new() { Rescinded = rescinded.OfferId });
        }
        var offers = batch.Offers.Where(offer => _offers.TryAdd(offer.Id, offer)).ToValueList();
        if (!offers.IsEmpty)
            events.Add(new() { Offers = offers });
        var inverse = batch.InverseOffers.Where(offer => _inverseOffers.TryAdd(offer.Id, offer)).ToValueList();
        if (!inverse.IsEmpty)
            events.Add(new() { InverseOffers = inverse });
        if (events.Count > 0)
            _status = null;
        Send([.. events]);
        return Task.CompletedTask;
    }

    // What the allocator told one way may be lost: it is asked now and then.
    private async Task LookForOffersAsync()
    {
        var now = _time.GetUtcNow();
        if (_stream is not { } stream || now - _lookedForOffersAt < TimeSpan.FromSeconds(2) || _accepting > 0)
            return;
        _lookedForOffersAt = now;
        var answers = _answers;
        var current = await AskAsync(() => Allocator.GetOffersAsync(Owner));
        // An answer of the scheduler that came meanwhile makes the picture an old one.
        if (answers != _answers || _accepting > 0 || _stream != stream)
            return;
        var valid = current.Offers.Select(offer => offer.Id).ToHashSet(StringComparer.Ordinal);
        var gone = _offers.Keys.Where(id => !valid.Contains(id)).Select(id => new RescindedOffer(id, Owner)).ToValueList();
        await OfferedAsync(current with { Rescinded = gone });
    }
}
