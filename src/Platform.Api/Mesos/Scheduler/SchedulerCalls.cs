using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Scheduler.Call;

namespace Platform.Api.Mesos.Scheduler;

/// <summary>Calls of schedulers as calls of their grains, whichever way they came.</summary>
internal static class SchedulerCalls
{
    /// <summary>Carries a call out that is no SUBSCRIBE.</summary>
    /// <param name="framework">The framework's grain.</param>
    /// <param name="stream">The stream that the call names; null: none.</param>
    /// <param name="call">The call, which has passed <see cref="CallValidation"/>.</param>
    /// <exception cref="MesosRefusal">The description in an UPDATE_FRAMEWORK is none.</exception>
    public static Task<FrameworkReply> ActAsync(IFrameworkGrain framework, string? stream, Call call)
    {
        switch (call.Type)
        {
            case Call.Types.Type.Teardown:
                return framework.TeardownAsync(stream);
            case Call.Types.Type.Accept:
                return framework.AcceptAsync(stream, new()
                {
                    OfferIds = Ids(call.Accept.OfferIds),
                    Operations = [.. call.Accept.Operations.SelectMany(OfferMapping.Read)],
                    RefuseSeconds = Seconds(call.Accept.Filters),
                });
            case Call.Types.Type.Decline:
                return framework.DeclineAsync(stream, Ids(call.Decline.OfferIds), Seconds(call.Decline.Filters));
            case Call.Types.Type.AcceptInverseOffers:
                return framework.AnswerInverseOffersAsync(stream, Ids(call.AcceptInverseOffers.InverseOfferIds), accepted: true, Seconds(call.AcceptInverseOffers.Filters));
            case Call.Types.Type.DeclineInverseOffers:
                return framework.AnswerInverseOffersAsync(stream, Ids(call.DeclineInverseOffers.InverseOfferIds), accepted: false, Seconds(call.DeclineInverseOffers.Filters));
            case Call.Types.Type.Revive:
                return framework.ReviveAsync(stream, call.Revive is null ? default : [.. call.Revive.Roles]);
            case Call.Types.Type.Suppress:
                return framework.SuppressAsync(stream, call.Suppress is null ? default : [.. call.Suppress.Roles]);
            case Call.Types.Type.Kill:
                return framework.KillAsync(stream, call.Kill.TaskId.Value, call.Kill.AgentId?.Value,
                    call.Kill.KillPolicy?.GracePeriod is { } grace ? grace.Nanoseconds / 1e9 : null);
            case Call.Types.Type.Shutdown:
                return framework.ShutdownAsync(stream, call.Shutdown.ExecutorId.Value, call.Shutdown.AgentId.Value);
            case Call.Types.Type.Acknowledge:
                return framework.AcknowledgeAsync(stream, call.Acknowledge.TaskId.Value, StatusMapping.UpdateId(call.Acknowledge.Uuid)!);
            case Call.Types.Type.Reconcile:
                return framework.ReconcileAsync(stream, [.. call.Reconcile.Tasks.Select(task => new AskedTask(task.TaskId.Value, task.AgentId?.Value))]);
            case Call.Types.Type.UpdateFramework:
                var update = call.UpdateFramework;
                return FrameworkMapping.Read(update.FrameworkInfo, update.SuppressedRoles, update.OfferConstraints, out var problem) is { } spec
                    ? framework.UpdateAsync(stream, spec)
                    : throw MesosRefusal.BadRequest(problem!);
            case Call.Types.Type.Message:
                return framework.MessageAsync(stream, call.Message.AgentId.Value, call.Message.ExecutorId.Value, call.Message.Data.ToByteArray());
            case Call.Types.Type.AcknowledgeOperationStatus:
                return framework.AcknowledgeOperationAsync(stream, call.AcknowledgeOperationStatus.OperationId.Value, StatusMapping.UpdateId(call.AcknowledgeOperationStatus.Uuid)!);
            case Call.Types.Type.ReconcileOperations:
                return framework.ReconcileOperationsAsync(stream,
                    [.. call.ReconcileOperations.Operations.Select(one => new AskedOperation(one.OperationId.Value, one.AgentId?.Value, one.ResourceProviderId?.Value))]);
            default:
                // Requests for resources have nobody who hears them, as with Mesos' own allocator.
                return framework.CheckAsync(stream);
        }
    }

    private static ValueList<string> Ids(IEnumerable<Wire.OfferID> ids) => [.. ids.Select(id => id.Value)];

    // Negative and more than a year are put right by the allocator.
    private static double Seconds(Wire.Filters? filters) => filters is null ? 5 : double.IsNaN(filters.RefuseSeconds) ? 5 : filters.RefuseSeconds;
}
