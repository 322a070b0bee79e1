using Platform.Core.Ownership;
using Platform.Core.Placement;

namespace Platform.Grains.Ownership;

/// <summary>A task to launch.</summary>
/// <param name="Task">Its record.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Placement">Its place.</param>
/// <param name="HeldUntil">How long it waits, at most, for what another one finds out; null: it has not waited yet.</param>
internal readonly record struct Launch<TTask, TFor>(OwnedTask<TTask> Task, TFor Purpose, TaskPlacement Placement, DateTimeOffset? HeldUntil = null)
    where TTask : class, IOwnedTask<TTask>;
