using Google.Protobuf;
using Platform.Mesos.Protocol;
using Platform.Mesos.Wire.Libprocess;
using Capability = Platform.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;
using Event = Platform.Mesos.Wire.Scheduler.Event;

namespace Platform.Api.Mesos.Drivers;

/// <summary>Events of the scheduler API as the messages that a master sends to a driver of libmesos in their place.</summary>
/// <param name="frameworkId">The framework.</param>
/// <param name="master">The control plane as the driver knows it.</param>
/// <param name="capabilities">What the framework said that it is capable of: older ones get resources in the form that they know.</param>
internal sealed class DriverMessages(string frameworkId, ProcessId master, IEnumerable<Capability> capabilities)
{
    private readonly HashSet<Capability> _capabilities = [.. capabilities];

    // Agents take no messages of libprocess; the driver sends what is for one here, and knows by it that an update is to be acknowledged.
    private readonly string _agents = new ProcessId(Mapping.AgentMapping.Process, master.Address, master.Port).ToString();

    /// <summary>The last word to a driver, which ends it.</summary>
    public static IMessage Error(string text) => new FrameworkErrorMessage { Message = text };

    /// <summary>The answer to a subscription.</summary>
    /// <param name="id">The framework.</param>
    /// <param name="info">The master.</param>
    /// <param name="isBack">The driver had subscribed before, and lost the master for a while.</param>
    public static IMessage Subscribed(string id, Wire.MasterInfo info, bool isBack) => isBack
        ? new FrameworkReregisteredMessage { FrameworkId = new() { Value = id }, MasterInfo = info }
        : new FrameworkRegisteredMessage { FrameworkId = new() { Value = id }, MasterInfo = info };

    /// <summary>What the driver is sent; null: nothing, it knows no such thing.</summary>
    public IMessage? Of(Event told)
    {
        var id = new Wire.FrameworkID { Value = frameworkId };
        return told.Type switch
        {
            Event.Types.Type.Offers => new ResourceOffersMessage { Offers = { told.Offers.Offers_.Select(Downgrade) }, Pids = { told.Offers.Offers_.Select(_ => _agents) } },
            Event.Types.Type.Rescind => new RescindResourceOfferMessage { OfferId = told.Rescind.OfferId },
            Event.Types.Type.Update => Update(told.Update.Status, id),
            Event.Types.Type.Message => new ExecutorToFrameworkMessage { SlaveId = told.Message.AgentId, FrameworkId = id, ExecutorId = told.Message.ExecutorId, Data = told.Message.Data },
            Event.Types.Type.Failure when told.Failure.ExecutorId is { } executor =>
                new ExitedExecutorMessage { SlaveId = told.Failure.AgentId, FrameworkId = id, ExecutorId = executor, Status = told.Failure.Status },
            Event.Types.Type.Failure => new LostSlaveMessage { SlaveId = told.Failure.AgentId },
            Event.Types.Type.Error => Error(told.Error.Message),
            // Inverse offers and outcomes of operations came with the API v1; drivers are not sent heartbeats.
            _ => null,
        };
    }

    private StatusUpdateMessage Update(Wire.TaskStatus status, Wire.FrameworkID id)
    {
        // An acknowledgement names the agent, whichever it is.
        if (status.HasUuid)
            status.AgentId ??= new() { Value = "" };
        var update = new StatusUpdate { FrameworkId = id, Status = status, Timestamp = status.Timestamp, LatestState = status.State };
        if (status.ExecutorId is { } executor)
            update.ExecutorId = executor;
        if (status.AgentId is { } agent)
            update.SlaveId = agent;
        var message = new StatusUpdateMessage { Update = update };
        if (status.HasUuid)
        {
            update.Uuid = status.Uuid;
            message.Pid = _agents;
        }
        return message;
    }

    private Wire.Offer Downgrade(Wire.Offer offer)
    {
        if (!_capabilities.Contains(Capability.MultiRole))
            offer.AllocationInfo = null;
        foreach (var resource in offer.Resources)
        {
            if (!_capabilities.Contains(Capability.MultiRole))
                resource.AllocationInfo = null;
            // libmesos takes one form or the other, and ends the scheduler over both.
            if (_capabilities.Contains(Capability.ReservationRefinement))
            {
                resource.ClearRole();
                resource.Reservation = null;
            }
            else if (resource.Reservations.Count <= 1)
            {
                resource.Reservations.Clear();
            }
        }
        return offer;
    }
}
