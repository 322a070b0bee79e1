using Platform.Contracts.Events;

namespace Platform.Api.Marathon.Rendering;

/// <summary>The types of events as users are told them: Marathon's where it has one.</summary>
internal static class EventTypes
{
    /// <summary>The type of an event.</summary>
    public static string Of(Happening what) => what switch
    {
        TaskChanged => "status_update_event",
        InstanceChanged => "instance_changed_event",
        InstanceHealthChanged => "instance_health_changed_event",
        UnknownInstanceEnded => "unknown_instance_terminated_event",
        HealthCheckBegun => "add_health_check_event",
        HealthCheckEnded => "remove_health_check_event",
        HealthCheckFailed => "failed_health_check_event",
        HealthCheckTurned => "health_status_changed_event",
        UnhealthyInstanceKilled => "unhealthy_instance_kill_event",
        AppEnded => "app_terminated_event",
        AppAutoscaled => "autoscaling_event",
        LabelsUnread => "label_warning_event",
        AppRequested => "api_post_event",
        PodRequested { Change: RequestedChange.Created } => "pod_created_event",
        PodRequested { Change: RequestedChange.Updated } => "pod_updated_event",
        PodRequested => "pod_deleted_event",
        DeploymentStepChanged { Phase: DeploymentStepPhase.Begun } => "deployment_info",
        DeploymentStepChanged { Phase: DeploymentStepPhase.Done } => "deployment_step_success",
        DeploymentStepChanged => "deployment_step_failure",
        DeploymentEnded { Failure: null } => "deployment_success",
        DeploymentEnded => "deployment_failed",
        GroupChanged { Refusal: null } => "group_change_success",
        GroupChanged => "group_change_failed",
        SchedulerBegun { IsFirst: true } => "scheduler_registered_event",
        SchedulerBegun => "scheduler_reregistered_event",
        SchedulerEnded => "scheduler_disconnected_event",
        AgentChanged { Change: AgentChange.Added } => "agent_added_event",
        AgentChanged { Change: AgentChange.Reachable } => "agent_reachable_event",
        AgentChanged { Change: AgentChange.Unreachable } => "agent_unreachable_event",
        AgentChanged => "agent_removed_event",
        FrameworkChanged => "framework_changed_event",
        FrameworkLabelsUnread => "framework_label_warning_event",
        JobChanged job => job.Type,
        ClockJumped => "clock_jumped_event",
        ReaderAttached => "event_stream_attached",
        ReaderDetached => "event_stream_detached",
        // A newer version of the control plane tells of it.
        _ => "unknown_event",
    };
}
