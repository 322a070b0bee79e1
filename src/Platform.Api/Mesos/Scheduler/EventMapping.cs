using Platform.Api.Mesos.Mapping;
using Platform.Contracts.Frameworks;
using Platform.Core.Frameworks;
using Event = Platform.Mesos.Wire.Scheduler.Event;

namespace Platform.Api.Mesos.Scheduler;

/// <summary>Events in Mesos' words.</summary>
internal static class EventMapping
{
    public static Event Heartbeat { get; } = new() { Type = Event.Types.Type.Heartbeat };

    public static Event Error(string message) => new() { Type = Event.Types.Type.Error, Error = new() { Message = message } };

    public static IEnumerable<Event> ToWire(FrameworkEvent told)
    {
        if (told.Rescinded is { } rescinded)
            yield return new() { Type = Event.Types.Type.Rescind, Rescind = new() { OfferId = new() { Value = rescinded } } };
        if (told.RescindedInverse is { } inverse)
            yield return new() { Type = Event.Types.Type.RescindInverseOffer, RescindInverseOffer = new() { InverseOfferId = new() { Value = inverse } } };
        if (!told.Offers.IsEmpty)
            yield return new() { Type = Event.Types.Type.Offers, Offers = new() { Offers_ = { told.Offers.Select(OfferMapping.ToWire) } } };
        if (!told.InverseOffers.IsEmpty)
            yield return new() { Type = Event.Types.Type.InverseOffers, InverseOffers = new() { InverseOffers_ = { told.InverseOffers.Select(OfferMapping.ToWire) } } };
        if (told.Update is { } update)
            yield return new() { Type = Event.Types.Type.Update, Update = new() { Status = StatusMapping.ToWire(update) } };
        if (told.Operation is { } operation)
            yield return new() { Type = Event.Types.Type.UpdateOperationStatus, UpdateOperationStatus = new() { Status = ToWire(operation) } };
        if (told.Executor is { Message: { } data } executor)
        {
            yield return new()
            {
                Type = Event.Types.Type.Message,
                Message = new() { AgentId = new() { Value = executor.AgentId }, ExecutorId = new() { Value = executor.ExecutorId }, Data = Google.Protobuf.ByteString.CopyFrom(data) },
            };
        }
        else if (told.Executor is { } ended)
        {
            yield return new()
            {
                Type = Event.Types.Type.Failure,
                Failure = new() { AgentId = new() { Value = ended.AgentId }, ExecutorId = new() { Value = ended.ExecutorId }, Status = ended.Status },
            };
        }
        if (told.LostAgentId is { } agent)
            yield return new() { Type = Event.Types.Type.Failure, Failure = new() { AgentId = new() { Value = agent } } };
    }

    private static Wire.OperationStatus ToWire(OperationOutcome outcome)
    {
        var status = new Wire.OperationStatus { OperationId = new() { Value = outcome.OperationId }, State = StateOf(outcome.Result) };
        if (outcome.Message is { } message)
            status.Message = message;
        if (outcome.AgentId is { } agent)
            status.AgentId = new() { Value = agent };
        if (outcome.ProviderId is { } provider)
            status.ResourceProviderId = new() { Value = provider };
        if (outcome.UpdateId is { } update)
            status.Uuid = StatusMapping.Uuid(update);
        return status;
    }

    private static Wire.OperationState StateOf(OperationResult result) => result switch
    {
        OperationResult.Finished => Wire.OperationState.OperationFinished,
        OperationResult.Error => Wire.OperationState.OperationError,
        OperationResult.Recovering => Wire.OperationState.OperationRecovering,
        OperationResult.Unreachable => Wire.OperationState.OperationUnreachable,
        OperationResult.Gone => Wire.OperationState.OperationGoneByOperator,
        _ => Wire.OperationState.OperationUnknown,
    };
}
