namespace Platform.GrainRuntime.Activations
{
    internal sealed class Activation : IGrainContext
    {
        [ThreadStatic]
        internal static Activation? Creating;

        public GrainId GrainId { get; init; }

        public object? GrainInstance { get; init; }

        public required IServiceProvider ActivationServices { get; init; }

        public required Calls.EmbeddedSilo Silo { get; init; }

        public required Task Deactivated { get; init; }

        public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default) => Creating = null;

        internal void DelayDeactivation(TimeSpan timeSpan) => Creating = timeSpan > TimeSpan.Zero ? this : null;
    }

    internal sealed class GrainTimer<TState>(Activation activation, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) : IGrainTimer
    {
        public void Change(TimeSpan dueTime, TimeSpan period) => activation.DelayDeactivation(options.Period);

        public void Dispose() => callback(state, default);
    }
}

namespace Platform.GrainRuntime.Calls
{
    internal abstract class EmbeddedSilo : IGrainFactory
    {
        internal required References References { get; init; }

        internal required ReminderService Reminders { get; init; }

        public abstract TGrainInterface GetGrain<TGrainInterface>(string primaryKey) where TGrainInterface : IGrainWithStringKey;

        public abstract TGrainInterface GetGrain<TGrainInterface>(long primaryKey) where TGrainInterface : IGrainWithIntegerKey;

        public abstract TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable;

        public abstract TObserver CreateObjectReference<TObserver>(IGrainObserver obj) where TObserver : IGrainObserver;

        public abstract void DeleteObjectReference<TObserver>(IGrainObserver obj) where TObserver : IGrainObserver;
    }

    internal abstract class References
    {
        public abstract T Create<T>(GrainId id);
    }

    internal abstract class GrainReference
    {
        internal GrainId GrainId { get; init; }

        internal required EmbeddedSilo Silo { get; init; }
    }
}

namespace Platform.GrainRuntime
{
    internal abstract class ReminderService
    {
        public abstract Task<IGrainReminder> RegisterAsync(IGrainBase grain, string name, TimeSpan dueTime, TimeSpan period);

        public abstract IGrainReminder? Get(GrainId grain, string name);

        public abstract List<IGrainReminder> GetAll(GrainId grain);

        public abstract Task UnregisterAsync(GrainId grain, IGrainReminder reminder);
    }
}
