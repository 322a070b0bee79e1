using Google.Protobuf;
using Platform.Mesos.Protocol;
using Platform.Mesos.Wire.Libprocess;
using Call = Platform.Mesos.Wire.Scheduler.Call;
using Kind = Platform.Mesos.Wire.Scheduler.Call.Types.Type;

namespace Platform.Api.Mesos.Drivers;

/// <summary>What a driver of libmesos asks for; exactly one of its parts is there.</summary>
internal sealed record DriverCall
{
    private const string Internal = "mesos.internal.";

    private static readonly MessageParser<SchedulerCall> Subscriptions = SchedulerCall.Parser.WithDiscardUnknownFields(true);

    /// <summary>A call as the scheduler API has it.</summary>
    public Call? Call { get; private init; }

    /// <summary>With SUBSCRIBE: it takes the place of another scheduler, or of an earlier run of itself.</summary>
    public bool IsFailover { get; private init; }

    /// <summary>The framework whose driver was aborted: it wants no more offers.</summary>
    public string? Deactivated { get; private init; }

    /// <summary>The process that wants to show a secret.</summary>
    public ProcessId? Authenticating { get; private init; }

    /// <summary>Why it is refused, in Mesos' words, which ends the driver.</summary>
    public string? Refusal { get; private init; }

    /// <summary>Reads a message by its name; null: it is none of a driver.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is not written as it has to be.</exception>
    public static DriverCall? Read(string name, byte[] body)
    {
        if (name == "mesos.scheduler.Call")
            return Current(body);
        return name.StartsWith(Internal, StringComparison.Ordinal) ? Old(name[Internal.Length..], body) : null;
    }

    private static DriverCall Current(byte[] body)
    {
        var call = Subscriptions.ParseFrom(body);
        return call.Type == (int)Kind.Subscribe && call.Subscribe is { } subscribe ? Subscribe(subscribe, call.FrameworkId) : new() { Call = Call.Parser.ParseFrom(body) };
    }

    private static DriverCall? Old(string name, byte[] body)
    {
        switch (name)
        {
            case nameof(DeactivateFrameworkMessage):
                return new() { Deactivated = DeactivateFrameworkMessage.Parser.ParseFrom(body).FrameworkId.Value };
            case nameof(AuthenticateMessage):
                return ProcessId.Parse(AuthenticateMessage.Parser.ParseFrom(body).Pid) is { } process ? new() { Authenticating = process } : null;
            case nameof(RegisterFrameworkMessage):
                var first = RegisterFrameworkMessage.Parser.ParseFrom(body).Framework;
                return first.Id is { Value.Length: > 0 } ? new() { Refusal = "Registering with 'id' already set" } : Subscribe(new() { FrameworkInfo = first }, null);
            case nameof(ReregisterFrameworkMessage):
                var again = ReregisterFrameworkMessage.Parser.ParseFrom(body);
                return again.Framework.Id is { Value.Length: > 0 } id
                    ? Subscribe(new() { FrameworkInfo = again.Framework, Force = again.Failover }, id)
                    : new() { Refusal = "Re-registering without an 'id'" };
            default:
                return OldCall(name, body) is { } call ? new() { Call = call } : null;
        }
    }

    private static DriverCall Subscribe(SchedulerCall.Types.Subscribe subscribe, Wire.FrameworkID? id)
    {
        var call = new Call
        {
            Type = Kind.Subscribe,
            Subscribe = new() { FrameworkInfo = subscribe.FrameworkInfo, OfferConstraints = subscribe.OfferConstraints, SuppressedRoles = { subscribe.SuppressedRoles } },
        };
        if (id is not null)
            call.FrameworkId = id;
        return new() { Call = call, IsFailover = subscribe.Force };
    }

    private static Call? OldCall(string name, byte[] body)
    {
        switch (name)
        {
            case nameof(UnregisterFrameworkMessage):
                return new() { Type = Kind.Teardown, FrameworkId = UnregisterFrameworkMessage.Parser.ParseFrom(body).FrameworkId };
            case nameof(ResourceRequestMessage):
                return new() { Type = Kind.Request, FrameworkId = ResourceRequestMessage.Parser.ParseFrom(body).FrameworkId, Request = new() };
            case nameof(LaunchTasksMessage):
                var launch = LaunchTasksMessage.Parser.ParseFrom(body);
                var accept = new Call.Types.Accept { OfferIds = { launch.OfferIds }, Filters = launch.Filters };
                if (launch.Tasks.Count > 0)
                    accept.Operations.Add(new Wire.Offer.Types.Operation { Type = Wire.Offer.Types.Operation.Types.Type.Launch, Launch = new() { TaskInfos = { launch.Tasks } } });
                return new() { Type = Kind.Accept, FrameworkId = launch.FrameworkId, Accept = accept };
            case nameof(ReviveOffersMessage):
                var revive = ReviveOffersMessage.Parser.ParseFrom(body);
                return new() { Type = Kind.Revive, FrameworkId = revive.FrameworkId, Revive = new() { Roles = { revive.Roles } } };
            case nameof(KillTaskMessage):
                var kill = KillTaskMessage.Parser.ParseFrom(body);
                return new() { Type = Kind.Kill, FrameworkId = kill.FrameworkId, Kill = new() { TaskId = kill.TaskId, KillPolicy = kill.KillPolicy } };
            case nameof(StatusUpdateAcknowledgementMessage):
                var stored = StatusUpdateAcknowledgementMessage.Parser.ParseFrom(body);
                return new() { Type = Kind.Acknowledge, FrameworkId = stored.FrameworkId, Acknowledge = new() { AgentId = stored.SlaveId, TaskId = stored.TaskId, Uuid = stored.Uuid } };
            case nameof(FrameworkToExecutorMessage):
                var said = FrameworkToExecutorMessage.Parser.ParseFrom(body);
                return new() { Type = Kind.Message, FrameworkId = said.FrameworkId, Message = new() { AgentId = said.SlaveId, ExecutorId = said.ExecutorId, Data = said.Data } };
            case nameof(ReconcileTasksMessage):
                var asked = ReconcileTasksMessage.Parser.ParseFrom(body);
                var tasks = asked.Statuses.Select(status => new Call.Types.Reconcile.Types.Task { TaskId = status.TaskId, AgentId = status.AgentId });
                return new() { Type = Kind.Reconcile, FrameworkId = asked.FrameworkId, Reconcile = new() { Tasks = { tasks } } };
            default:
                return null;
        }
    }
}
