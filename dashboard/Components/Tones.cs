using Platform.Contracts.Agents;
using Platform.Core.Jobs;
using Platform.Core.Tasks;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Components;

/// <summary>The colour of a state; the word always stands beside it.</summary>
internal static class Tones
{
    internal static string Of(AppCondition condition) => condition switch
    {
        AppCondition.Running => "good",
        AppCondition.Deploying => "busy",
        AppCondition.Suspended => "still",
        AppCondition.Waiting or AppCondition.Degraded => "warn",
        _ => "bad",
    };

    internal static string Of(AgentCondition condition) => condition switch
    {
        AgentCondition.Active => "good",
        AgentCondition.Recovering or AgentCondition.Draining => "warn",
        AgentCondition.Drained or AgentCondition.Deactivated => "still",
        _ => "bad",
    };

    internal static string Of(JobCondition condition) => condition switch
    {
        JobCondition.Succeeded => "good",
        JobCondition.Running => "busy",
        JobCondition.Paused or JobCondition.Stopped => "warn",
        JobCondition.Failed => "bad",
        _ => "still",
    };

    internal static string Of(RunPhase phase) => phase switch
    {
        RunPhase.Succeeded => "good",
        RunPhase.Starting or RunPhase.Active => "busy",
        RunPhase.Stopped => "warn",
        RunPhase.Failed => "bad",
        _ => "still",
    };

    internal static string Of(TaskState state) => state switch
    {
        TaskState.Running or TaskState.Finished => "good",
        TaskState.Staging or TaskState.Starting => "busy",
        TaskState.Killing => "warn",
        TaskState.Killed => "still",
        _ => "bad",
    };
}
