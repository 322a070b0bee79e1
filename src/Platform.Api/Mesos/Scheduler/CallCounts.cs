using System.Collections.Concurrent;
using Kind = Platform.Mesos.Wire.Scheduler.Call.Types.Type;

namespace Platform.Api.Mesos.Scheduler;

/// <summary>How many calls of schedulers this silo has taken, under the names of a master's metrics.</summary>
internal sealed class CallCounts
{
    private static readonly Dictionary<Kind, string> Names = new()
    {
        [Kind.Subscribe] = "register_framework",
        [Kind.Teardown] = "unregister_framework",
        [Kind.Accept] = "launch_tasks",
        [Kind.Decline] = "decline_offers",
        [Kind.Revive] = "revive_offers",
        [Kind.Suppress] = "suppress_offers",
        [Kind.Kill] = "kill_task",
        [Kind.Acknowledge] = "status_update_acknowledgement",
        [Kind.AcknowledgeOperationStatus] = "operation_status_update_acknowledgement",
        [Kind.Reconcile] = "reconcile_tasks",
        [Kind.ReconcileOperations] = "reconcile_operations",
        [Kind.Message] = "framework_to_executor",
        [Kind.Request] = "resource_request",
        [Kind.UpdateFramework] = "update_framework",
    };

    private readonly ConcurrentDictionary<Kind, long> _counts = new();

    /// <summary>A call was taken.</summary>
    public void Add(Kind kind) => _counts.AddOrUpdate(kind, 1, (_, count) => count + 1);

    /// <summary>All of them, also those that never came.</summary>
    public IEnumerable<KeyValuePair<string, double>> All() => Names.Select(name => KeyValuePair.Create("master/messages_" + name.Value, (double)_counts.GetValueOrDefault(name.Key)));
}
