using System.Collections.Frozen;

namespace Platform.Api.Marathon.Events;

/// <summary>The query parameter <c>event_type</c>, any number of times: which events a client takes.</summary>
/// <remarks>
/// Without it a client gets the types that Marathon has: some of its clients fail on others. <c>event_type=*</c> is every type.
/// That events were missed is told in any case.
/// </remarks>
internal sealed class EventSelection(IReadOnlySet<string> types)
{
    /// <summary>Every type.</summary>
    public const string All = "*";

    private static readonly FrozenSet<string> Marathon = FrozenSet.Create(
        StringComparer.Ordinal,
        "add_health_check_event", "api_post_event", "app_terminated_event", "deployment_failed", "deployment_info", "deployment_step_failure",
        "deployment_step_success", "deployment_success", "event_stream_attached", "event_stream_detached", "failed_health_check_event",
        "framework_message_event", "group_change_failed", "group_change_success", "health_status_changed_event", "instance_changed_event",
        "instance_health_changed_event", "pod_created_event", "pod_deleted_event", "pod_updated_event", "remove_health_check_event",
        "scheduler_disconnected_event", "scheduler_registered_event", "scheduler_reregistered_event", "status_update_event", "subscribe_event",
        "unhealthy_instance_kill_event", "unknown_instance_terminated_event", "unsubscribe_event");

    public bool Takes(string type) => types.Count == 0 ? Marathon.Contains(type) : types.Contains(type) || types.Contains(All);
}
