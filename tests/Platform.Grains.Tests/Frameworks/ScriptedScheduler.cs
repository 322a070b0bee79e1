using System.Collections.Concurrent;
using Platform.Contracts.Allocation;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Frameworks;

/// <summary>A framework's scheduler at the other end of a stream that lives: it remembers what it is offered, and acknowledges what it hears of its tasks.</summary>
internal sealed class ScriptedScheduler : IFrameworkStream, IAsyncDisposable
{
    private readonly GrainTestHost _host;
    private readonly IFrameworkStream _reference;
    private readonly ConcurrentDictionary<string, bool> _known = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Task _renewing;
    private string _stream = "";
    private int _streams;
    private long _received;

    public ScriptedScheduler(GrainTestHost host, string id, string role = "*")
    {
        (_host, Id, Role) = (host, id, role);
        _reference = host.GrainFactory.CreateObjectReference<IFrameworkStream>(this);
        _renewing = RenewAsync();
    }

    public string Id { get; }

    public string Role { get; }

    public string Owner => FrameworkOwner.Of(Id);

    public IFrameworkGrain Grain => _host.GetGrain<IFrameworkGrain>(Id);

    /// <summary>Offers that it has not answered and that were not taken back.</summary>
    public ConcurrentDictionary<string, Offer> Offers { get; } = new();

    /// <summary>The same of inverse offers.</summary>
    public ConcurrentDictionary<string, InverseOffer> InverseOffers { get; } = new();

    /// <summary>The last state of each task.</summary>
    public ConcurrentDictionary<string, TaskState> Tasks { get; } = new();

    /// <summary>Offers that it was told of more than once, as a new activation of the grain does it.</summary>
    public ConcurrentQueue<string> ToldAgain { get; } = new();

    private FrameworkSpec Spec => new() { Name = "Kafka", Roles = [Role], FailoverTimeoutSeconds = 10_000, Capabilities = FrameworkCapabilities.PartitionAware };

    public async Task SubscribeAsync()
    {
        var stream = $"stream{++_streams}";
        Offers.Clear();
        InverseOffers.Clear();
        _received = 0;
        (await Grain.SubscribeAsync(Spec, stream, _reference)).ShouldBeNull();
        _stream = stream;
    }

    public async Task LeaveAsync()
    {
        var stream = _stream;
        _stream = "";
        Offers.Clear();
        InverseOffers.Clear();
        await Grain.DisconnectAsync(stream);
    }

    public Task DeclineAsync(Offer offer, double refuseSeconds)
    {
        Offers.TryRemove(offer.Id, out _);
        return TakenAsync(Grain.DeclineAsync(_stream, [offer.Id], refuseSeconds));
    }

    public Task AnswerAsync(InverseOffer offer)
    {
        InverseOffers.TryRemove(offer.Id, out _);
        return TakenAsync(Grain.AnswerInverseOffersAsync(_stream, [offer.Id], accepted: true, 1000));
    }

    public Task SuppressAsync() => TakenAsync(Grain.SuppressAsync(_stream, []));

    public Task ReviveAsync() => TakenAsync(Grain.ReviveAsync(_stream, []));

    public Task UpdateAsync() => TakenAsync(Grain.UpdateAsync(_stream, Spec with { Hostname = "elsewhere" }));

    public Task KillAsync(string taskId) => TakenAsync(Grain.KillAsync(_stream, taskId, null, 0));

    public async Task TeardownAsync()
    {
        var stream = _stream;
        _stream = "";
        await TakenAsync(Grain.TeardownAsync(stream));
    }

    public Task LaunchAsync(string taskId, Offer offer)
    {
        var task = new TaskSpec { TaskId = taskId, Name = taskId, Owner = "", Role = Role, Resources = Resources.Parse("cpus:0.1;mem:32"), Command = new() { Shell = "sleep 1000" } };
        return AcceptAsync(offer, new() { Launches = [new() { TaskId = taskId, AgentId = offer.AgentId, Task = task }] });
    }

    public Task ReserveAsync(Offer offer) =>
        AcceptAsync(offer, new() { Operation = new(OfferOperationKind.Reserve, Resources.Parse("cpus:1").PushReservation(new(ReservationType.Dynamic, Role))) });

    /// <summary>The offers that the allocator takes for open.</summary>
    public async Task<IEnumerable<string>> OpenAsync() => (await _host.GetGrain<IAllocatorGrain>(0).GetOffersAsync(Owner)).Offers.Select(offer => offer.Id);

    private Task AcceptAsync(Offer offer, FrameworkOperation operation)
    {
        Offers.TryRemove(offer.Id, out _);
        return TakenAsync(Grain.AcceptAsync(_stream, new() { OfferIds = [offer.Id], Operations = [operation], RefuseSeconds = 0 }));
    }

    private static async Task TakenAsync(Task<FrameworkReply> call) => (await call).Kind.ShouldBe(FrameworkReplyKind.Taken);

    // As the gate does it for a connection.
    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await timer.WaitForNextTickAsync(_over.Token).AsTask().ContinueWith(tick => tick.IsCompletedSuccessfully, TaskScheduler.Default))
        {
            if (_stream.Length > 0)
                _ = Grain.RenewAsync(_stream, Interlocked.Read(ref _received), _reference);
        }
    }

    public Task SendAsync(ValueList<FrameworkEvent> events)
    {
        Interlocked.Increment(ref _received);
        foreach (var told in events)
        {
            foreach (var offer in told.Offers)
            {
                if (!_known.TryAdd(offer.Id, true))
                    ToldAgain.Enqueue(offer.Id);
                Offers[offer.Id] = offer;
            }
            foreach (var offer in told.InverseOffers)
                InverseOffers[offer.Id] = offer;
            if (told.Rescinded is { } rescinded)
                Offers.TryRemove(rescinded, out _);
            if (told.RescindedInverse is { } inverse)
                InverseOffers.TryRemove(inverse, out _);
            if (told.Update is not { } update)
                continue;
            Tasks[update.Status.TaskId] = update.Status.State;
            if (update.Id.Length > 0)
                _ = Grain.AcknowledgeAsync(_stream, update.Status.TaskId, update.Id);
        }
        return Task.CompletedTask;
    }

    public Task CloseAsync(string error) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _renewing;
        _over.Dispose();
    }
}
