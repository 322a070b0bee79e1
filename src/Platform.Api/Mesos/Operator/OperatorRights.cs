using Platform.Api.Security;
using Platform.Core.Security;
using Call = Platform.Mesos.Wire.Operator.Call;
using Kind = Platform.Mesos.Wire.Operator.Call.Types.Type;

namespace Platform.Api.Mesos.Operator;

/// <summary>The right that each call of an operator needs.</summary>
internal static class OperatorRights
{
    /// <exception cref="Http.ApiException">401 or 403.</exception>
    public static void Demand(Access access, Call call)
    {
        switch (call.Type)
        {
            case Kind.GetHealth or Kind.GetVersion:
                return;
            case Kind.ListFiles or Kind.ReadFile:
                // Asked for by the task that they belong to.
                return;
            case Kind.Subscribe:
                // Each sees what it may.
                return;
            case Kind.GetFlags:
                access.Demand(AccessAction.Read, ResourceId.Administration("config"));
                return;
            case Kind.GetMetrics:
                access.Demand(AccessAction.Read, ResourceId.Operations("system-metrics"));
                return;
            case Kind.GetLoggingLevel or Kind.GetState or Kind.GetAgents or Kind.GetFrameworks or Kind.GetExecutors or Kind.GetOperations or Kind.GetTasks
                or Kind.GetRoles or Kind.GetWeights or Kind.GetMaster or Kind.GetQuota or Kind.GetMaintenanceSchedule or Kind.GetMaintenanceStatus:
                access.Demand(AccessAction.Read, ResourceId.Operations("mesos"));
                return;
            case Kind.UpdateWeights:
                foreach (var weight in call.UpdateWeights.WeightInfos)
                    access.Demand(AccessAction.Update, ResourceId.OfRole("weight", weight.Role));
                return;
            case Kind.UpdateQuota:
                foreach (var quota in call.UpdateQuota.QuotaConfigs)
                    access.Demand(AccessAction.Update, ResourceId.OfRole("quota", quota.Role));
                return;
            case Kind.MarkAgentGone or Kind.DrainAgent or Kind.ReactivateAgent or Kind.DeactivateAgent
                or Kind.UpdateMaintenanceSchedule or Kind.StartMaintenance or Kind.StopMaintenance:
                access.Demand(AccessAction.Update, ResourceId.Operations("slave"));
                return;
            case Kind.SetQuota:
                access.Demand(AccessAction.Update, ResourceId.OfRole("quota", call.SetQuota.QuotaRequest.Role));
                return;
            case Kind.RemoveQuota:
                access.Demand(AccessAction.Delete, ResourceId.OfRole("quota", call.RemoveQuota.Role));
                return;
            case Kind.SetLoggingLevel:
                access.Demand(AccessAction.Update, ResourceId.Administration("config"));
                return;
            case Kind.Teardown:
                access.Demand(AccessAction.Delete, "dcos:mesos:master:framework");
                return;
            default:
                // Reservations and volumes; whatever else there is some day.
                access.Demand(AccessAction.Full, "dcos:mesos:master");
                return;
        }
    }
}
