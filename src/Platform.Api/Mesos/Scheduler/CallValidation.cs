using Google.Protobuf;
using Call = Platform.Mesos.Wire.Scheduler.Call;

namespace Platform.Api.Mesos.Scheduler;

/// <summary>What is wrong with a scheduler's call as such, in Mesos' words.</summary>
internal static class CallValidation
{
    /// <summary>The problem; null: there is none.</summary>
    /// <param name="call">The call.</param>
    /// <param name="principal">Who has logged in; null: nobody has to.</param>
    public static string? ProblemOf(Call call, string? principal)
    {
        if (!call.IsInitialized())
            return "Not initialized: a required field is missing";
        if (!call.HasType)
            return "Expecting 'type' to be present";
        if (call.Type == Call.Types.Type.Subscribe)
        {
            if (call.Subscribe is not { } subscribe)
                return Missing("subscribe");
            if ((call.FrameworkId?.Value ?? "") != (subscribe.FrameworkInfo.Id?.Value ?? "") && (call.FrameworkId is not null || subscribe.FrameworkInfo.Id is not null))
                return "'framework_id' differs from 'subscribe.framework_info.id'";
            return principal is not null && subscribe.FrameworkInfo.HasPrincipal && subscribe.FrameworkInfo.Principal != principal
                ? $"Authenticated principal '{principal}' does not match principal '{subscribe.FrameworkInfo.Principal}' set in `FrameworkInfo`"
                : null;
        }
        if (call.FrameworkId is null)
            return Missing("framework_id");
        return call.Type switch
        {
            Call.Types.Type.Accept when call.Accept is null => Missing("accept"),
            Call.Types.Type.Decline when call.Decline is null => Missing("decline"),
            Call.Types.Type.AcceptInverseOffers when call.AcceptInverseOffers is null => Missing("accept_inverse_offers"),
            Call.Types.Type.DeclineInverseOffers when call.DeclineInverseOffers is null => Missing("decline_inverse_offers"),
            Call.Types.Type.Kill when call.Kill is null => Missing("kill"),
            Call.Types.Type.Shutdown when call.Shutdown is null => Missing("shutdown"),
            Call.Types.Type.Acknowledge when call.Acknowledge is null => Missing("acknowledge"),
            Call.Types.Type.Acknowledge => Uuid(call.Acknowledge.Uuid),
            Call.Types.Type.AcknowledgeOperationStatus when call.AcknowledgeOperationStatus is null => Missing("acknowledge_operation_status"),
            Call.Types.Type.AcknowledgeOperationStatus => Uuid(call.AcknowledgeOperationStatus.Uuid)
                ?? (call.AcknowledgeOperationStatus.ResourceProviderId is not null && call.AcknowledgeOperationStatus.AgentId is null ? Missing("agent_id") : null),
            Call.Types.Type.Reconcile when call.Reconcile is null => Missing("reconcile"),
            Call.Types.Type.ReconcileOperations when call.ReconcileOperations is null => Missing("reconcile_operations"),
            Call.Types.Type.Message when call.Message is null => Missing("message"),
            Call.Types.Type.Request when call.Request is null => Missing("request"),
            Call.Types.Type.UpdateFramework when call.UpdateFramework is null => Missing("update_framework"),
            Call.Types.Type.UpdateFramework when call.UpdateFramework.FrameworkInfo.Id?.Value != call.FrameworkId.Value =>
                "'framework_id' differs from 'update_framework.framework_info.id'",
            _ => null,
        };
    }

    private static string Missing(string name) => $"Expecting '{name}' to be present";

    private static string? Uuid(ByteString uuid) => uuid.Length == 16 ? null : "Not a valid UUID";
}
