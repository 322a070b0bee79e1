using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Copying;
using Platform.GrainRuntime.Hosting;
using Platform.GrainRuntime.Sqlite;

namespace Platform.GrainRuntime.Calls;

/// <summary>The one silo of the process: it knows the grains, carries their calls, and starts and stops.</summary>
internal sealed class EmbeddedSilo : IGrainFactory, IDisposable
{
    private SqliteStorage? _storage;
    private SiloSweep? _sweep;
    private volatile State _state;

    public EmbeddedSilo(IServiceProvider services, IOptions<GrainRuntimeOptions> options, TimeProvider time, ILogger<RuntimeLog> logger)
    {
        Services = services;
        Options = options.Value;
        Time = time;
        Clock = new SiloClock(time);
        Log = new RuntimeLog(logger);
        Classes = new GrainClasses(Options.GrainAssemblies.Count > 0 ? Options.GrainAssemblies : GrainClasses.DefaultAssemblies());
        Copiers = Options.CopyImmutable ? Copiers.Full : Copiers.Sharing;
        Catalog = new Catalog(this);
        References = new References(this);
        Reminders = new ReminderService(this);
        IncomingFilters = [.. services.GetServices<IIncomingGrainCallFilter>()];
        OutgoingFilters = [.. services.GetServices<IOutgoingGrainCallFilter>()];
        RandomDeactivation = Options.RandomDeactivationProbability > 0
            ? new RandomDeactivation(Options.RandomDeactivationProbability, Options.RandomDeactivationSeed)
            : null;
    }

    private enum State
    {
        Created,
        Running,

        /// <summary>Only grains may call.</summary>
        Stopping,
        Stopped,
    }

    public IServiceProvider Services { get; }

    public GrainRuntimeOptions Options { get; }

    public TimeProvider Time { get; }

    public SiloClock Clock { get; }

    public RuntimeLog Log { get; }

    public GrainClasses Classes { get; }

    public Copiers Copiers { get; }

    public Catalog Catalog { get; }

    public References References { get; }

    public ReminderService Reminders { get; }

    public IIncomingGrainCallFilter[] IncomingFilters { get; }

    public IOutgoingGrainCallFilter[] OutgoingFilters { get; }

    public RandomDeactivation? RandomDeactivation { get; }

    public SqliteStorage Storage => _storage ?? throw new InvalidOperationException("The grain runtime has not been started.");

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrEmpty(primaryKey);
        return References.Create<TGrainInterface>(primaryKey);
    }

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey)
        where TGrainInterface : IGrainWithIntegerKey =>
        References.Create<TGrainInterface>(primaryKey.ToString("X", CultureInfo.InvariantCulture));

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        References.Create<TGrainInterface>(grainId);

    public TObserver CreateObjectReference<TObserver>(IGrainObserver obj)
        where TObserver : IGrainObserver
    {
        if (obj is GrainReference)
        {
            throw new ArgumentException("The object is a reference already.", nameof(obj));
        }

        var id = new GrainId(GrainClass.Observer.TypeName, Guid.NewGuid().ToString("N"));
        var reference = References.Create<TObserver>(id);
        Catalog.AddObserver(new Activation(this, id, obj));
        return reference;
    }

    public void DeleteObjectReference<TObserver>(IGrainObserver obj)
        where TObserver : IGrainObserver
    {
        if (obj is not GrainReference reference)
        {
            throw new ArgumentException("Pass the reference that CreateObjectReference gave, not the object.", nameof(obj));
        }

        Catalog.RemoveObserver(reference.GrainId);
    }

    /// <summary>Gives the call to its grain's activation, which is made when there is none.</summary>
    /// <returns>Where it went; null when the call failed.</returns>
    public CallTarget? Dispatch(GrainCall call)
    {
        try
        {
            while (true)
            {
                if (_state is State.Created or State.Stopped)
                {
                    throw new SiloUnavailableException($"{call} of grain {call.TargetId} cannot be called: the grain runtime {(_state == State.Created ? "has not started" : "has stopped")}.");
                }

                // As a silo of Orleans that shuts down: grains that end may call those that are still there, but wake nobody up.
                var target = _state == State.Stopping
                    ? Catalog.Find(call.TargetId) ?? throw new SiloUnavailableException($"{call} of grain {call.TargetId} cannot be called: the grain runtime stops.")
                    : Catalog.GetOrCreate(call.TargetId);
                if (target.TryEnqueue(call))
                {
                    return target;
                }
            }
        }
        catch (Exception failure)
        {
            call.Fail(failure);
            return null;
        }
    }

    /// <summary>Whether a call from outside the grains may start.</summary>
    public bool AcceptsOutsideCalls => _state == State.Running;

    public void Start()
    {
        _storage = SqliteStorage.Open(Options.DataDirectory);
        Clock.Refresh();
        _state = State.Running;
        _sweep = new SiloSweep(this);
        Reminders.Start();
        Log.Started(Classes.Count, Path.GetFullPath(Options.DataDirectory));
    }

    /// <summary>Takes no calls from outside any more, lets what runs end, deactivates all grains, and closes the storage.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_state != State.Running)
        {
            return;
        }

        _state = State.Stopping;
        Reminders.Stop();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = Time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), deadline, Options.StopTimeout, Timeout.InfiniteTimeSpan);
        var ended = 0;
        try
        {
            // Again for those that began just before the stop, until none is left.
            while (Catalog.GrainActivations.ToList() is { Count: > 0 } activations)
            {
                foreach (var activation in activations)
                {
                    activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The runtime stops."), CancellationToken.None);
                }

                await Task.WhenAll(activations.Select(activation => activation.Deactivated)).WaitAsync(deadline.Token);
                ended += activations.Count;
            }
        }
        catch (OperationCanceledException)
        {
            // Those that are left are given up; what they acknowledged is stored.
        }

        var left = Catalog.GrainActivations.Count();
        End(static storage => storage.Dispose());
        Log.Stopped(ended, left);
    }

    /// <summary>Ends as if the process were killed: no grain is told, and what waits to be written is not.</summary>
    public void Abort()
    {
        if (_state is State.Running or State.Stopping)
        {
            _state = State.Stopped;
            Reminders.Stop();
            End(static storage => storage.Abort());
        }
    }

    /// <summary>When the host is disposed of without having been stopped.</summary>
    public void Dispose() => Abort();

    private void End(Action<SqliteStorage> close)
    {
        _state = State.Stopped;
        _sweep!.Dispose();
        foreach (var activation in Catalog.Activations.ToList())
        {
            activation.Abort();
        }

        close(Storage);
    }
}
