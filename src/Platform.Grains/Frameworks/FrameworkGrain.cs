using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Contracts.Events;
using Platform.Contracts.Frameworks;
using Platform.Contracts.Registry;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Events;

namespace Platform.Grains.Frameworks;

/// <summary>One framework. What agents report is stored before it is told to the scheduler, and told again until the scheduler acknowledges it.</summary>
/// <remarks>Messages of a burst share one write. Nothing leaves the grain before what it follows from is stored, and every effect may be repeated.</remarks>
[Reentrant, KeepAlive, GrainType("framework")]
public sealed partial class FrameworkGrain : Grain, IFrameworkGrain
{
    private readonly IPersistentState<FrameworkRecord> _head;
    private readonly IPersistentItems<FrameworkTaskState> _items;
    private readonly IPersistentItems<FrameworkExecutor> _executors;
    private readonly IPersistentItems<FrameworkOperationState> _operations;
    private readonly FrameworkOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<FrameworkGrain> _logger;
    private readonly CoalescingWriter _writer;
    private readonly Dictionary<string, string> _taskByPlace = new(StringComparer.Ordinal);
    private readonly HashSet<string> _live = new(StringComparer.Ordinal);
    private readonly HashSet<string> _suppressed = new(StringComparer.Ordinal);
    private readonly FrameworkAnnouncements _announcements;
    private FrameworkStatus? _status;
    private bool _headChanged;
    private bool _isNews;
    private bool _hasTerm;
    private bool _isTicking;
    private long _allocatorRun;
    private DateTimeOffset _activatedAt;

    /// <summary>Made by the runtime.</summary>
    public FrameworkGrain(
        [PersistentState("framework", "platform")] IPersistentState<FrameworkRecord> head,
        [PersistentItems("tasks", "platform")] IPersistentItems<FrameworkTaskState> tasks,
        [PersistentItems("executors", "platform")] IPersistentItems<FrameworkExecutor> executors,
        [PersistentItems("operations", "platform")] IPersistentItems<FrameworkOperationState> operations,
        IOptions<FrameworkOptions> options,
        TimeProvider time,
        ILogger<FrameworkGrain> logger)
    {
        _head = head;
        _items = tasks;
        _executors = executors;
        _operations = operations;
        _options = options.Value;
        _time = time;
        _logger = logger;
        _writer = new(WriteAsync);
        _announcements = new(() => Owner, () => GrainFactory.GetGrain<IRegistryGrain>(0), Warn, time, logger);
    }

    private string Id => this.GetPrimaryKeyString();

    private string Owner => FrameworkOwner.Of(Id);

    private FrameworkRecord Record => _head.State;

    private OwnerTerm From => new(Owner, Record.Term);

    private IAllocatorGrain Allocator => GrainFactory.GetGrain<IAllocatorGrain>(0);

    private bool IsThere => Record.Spec is not null && Record.RemovedAt is null;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _activatedAt = _time.GetUtcNow();
        foreach (var (id, task) in _items.Items)
        {
            _taskByPlace[task.PlaceId] = id;
            if (!task.State.IsTerminal())
            {
                _live.Add(id);
                _unseen.Add(task.AgentId);
            }
        }
        foreach (var executor in _executors.Items.Values)
        {
            _executorAt[(executor.AgentId, executor.ExecutorId)] = executor;
            _unseen.Add(executor.AgentId);
        }
        if (Record.Spec is { } spec)
            _announcements.TellStored(spec.Name, [.. _items.Items.Values]);
        this.RegisterGrainTimer(TickAsync, TimeSpan.Zero, _options.Tick);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync()
    {
        if (Record.Spec is null && _subscribing == 0)
            DeactivateOnIdle();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<FrameworkStatus?> GetStatusAsync()
    {
        if (Record.Spec is { } spec)
        {
            _status ??= new()
            {
                Id = Id,
                Spec = spec,
                IsConnected = _stream is not null,
                RegisteredAt = Record.RegisteredAt,
                ReregisteredAt = Record.ReregisteredAt,
                RemovedAt = Record.RemovedAt,
                Tasks = _items.Items.Values.OrderBy(task => task.LaunchedAt).ToValueList(),
                Offers = _offers.Values.ToValueList(),
                Executors = _executors.Items.Values.ToValueList(),
                Operations = _operations.Items.Values.OrderBy(operation => operation.DoneAt).ToValueList(),
            };
        }
        else if (_subscribing == 0)
        {
            DeactivateOnIdle();
        }
        return Task.FromResult(_status);
    }

    /// <inheritdoc/>
    public Task AllocatorStartedAsync(long run) => run == _allocatorRun ? Task.CompletedTask : ResyncAsync();

    // The allocator learns what the framework has, and that it wants offers.
    private async Task ResyncAsync()
    {
        if (Record.Spec is null)
            return;
        try
        {
            var held = _live.Select(id => _items.Items[id].HeldAs).Concat(_launching.Values).Concat(ExecutorPlaces).Distinct().ToValueList();
            _allocatorRun = await Allocator.ResyncAsync(Owner, new() { TaskIds = held });
            if (IsThere && _stream is not null)
                await Allocator.SubscribeAsync(Subscription());
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _allocatorRun = 0;
            LogNotResynced(failure, Id);
        }
    }

    private FrameworkSubscription Subscription()
    {
        var subscription = Record.Spec!.Subscription(Owner);
        return _suppressed.Count == 0 ? subscription : subscription with { SuppressedRoles = subscription.SuppressedRoles.Union(_suppressed) };
    }

    /// <inheritdoc/>
    public Task TellEndpointsAsync(long run) => _announcements.TellAllAsync();

    // What is due: the mailbox goes on meanwhile, one tick at a time.
    private async Task TickAsync()
    {
        if (_isTicking || Record.Spec is null)
            return;
        _isTicking = true;
        try
        {
            if (_allocatorRun == 0)
                await ResyncAsync();
            await AskAgentsAsync();
            await RepeatKillsAsync();
            await LookAfterExecutorsAsync();
            await EndIfOverdueAsync();
            await LookForOffersAsync();
            SendAgain();
            SendOperations();
            await ForgetAsync();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogTickFailed(failure, Id);
        }
        finally
        {
            _isTicking = false;
        }
    }

    private void Changed()
    {
        _headChanged = _isNews = true;
        _status = null;
    }

    private void Set(FrameworkTaskState task)
    {
        _isNews |= !_items.Items.TryGetValue(task.TaskId, out var before) || before.State != task.State;
        _items.Set(task.TaskId, task);
        _announcements.Changed(task);
        _status = null;
    }

    private async Task WriteAsync()
    {
        try
        {
            // Recorded ahead of the first effect: agents ignore activations before this one from then on.
            if (!_hasTerm)
            {
                Record.Term++;
                _hasTerm = _headChanged = true;
            }
            if (_headChanged)
            {
                _headChanged = false;
                await _head.WriteStateAsync();
            }
            var isNews = _isNews;
            _isNews = false;
            var changed = _announcements.Take();
            await _executors.WriteAsync();
            await _operations.WriteAsync();
            await _items.WriteAsync();
            _announcements.Tell(Record.Spec?.Name ?? "", changed);
            if (isNews && Record.Spec is { } spec)
                Publish(spec.Name);
        }
        catch (StorageException)
        {
            // What could not be stored was not told to anybody: the next activation begins from what is stored.
            DeactivateOnIdle();
            throw;
        }
    }

    // Once for all that one write holds: who wants to know what has changed asks.
    private void Publish(string name) => PlatformEvents.Publish(GrainFactory, _time.GetUtcNow(), new FrameworkChanged(Id, name));

    private void Warn(string task, IReadOnlyList<LabelWarning> warnings) =>
        PlatformEvents.Publish(GrainFactory, _time.GetUtcNow(), new FrameworkLabelsUnread(Id, Record.Spec!.Name, task, warnings.ToValueList()));

    // An ended framework is shown for a while.
    private async Task ForgetAsync()
    {
        if (Record.RemovedAt is not { } removed || _live.Count > 0 || _executors.Items.Count > 0 || _time.GetUtcNow() - removed < _options.KeptFor)
            return;
        await GrainFactory.RemoveFromAsync(DirectoryKinds.Frameworks, Id, _time);
        await _items.ClearAsync();
        await _executors.ClearAsync();
        await _operations.ClearAsync();
        await _head.ClearStateAsync();
        _status = null;
        DeactivateOnIdle();
    }
}
