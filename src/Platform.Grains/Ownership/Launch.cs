using Platform.Core.Ownership;
using Platform.Core.Placement;

namespace Platform.Grains.Ownership;

/// <summary>A task to launch.</summary>
internal readonly record struct Launch<TTask, TFor>(OwnedTask<TTask> Task, TFor Purpose, TaskPlacement Placement)
    where TTask : class, IOwnedTask<TTask>;
