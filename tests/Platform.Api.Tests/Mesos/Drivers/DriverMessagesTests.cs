using System.Net;
using Google.Protobuf;
using Platform.Api.Mesos.Drivers;
using Platform.Mesos.Wire;
using Platform.Mesos.Wire.Libprocess;
using Call = Platform.Mesos.Wire.Scheduler.Call;
using Capability = Platform.Mesos.Wire.FrameworkInfo.Types.Capability.Types.Type;
using Kind = Platform.Mesos.Wire.Scheduler.Event.Types.Type;
using TaskStatus = Platform.Mesos.Wire.TaskStatus;

namespace Platform.Api.Tests.Mesos.Drivers;

/// <summary>Which message of the old API stands for which event and which call.</summary>
public sealed class DriverMessagesTests
{
    private static readonly AgentID Agent = new() { Value = "a" };
    private static readonly ExecutorID Executor = new() { Value = "e" };
    private static readonly FrameworkID Framework = new() { Value = "f" };

    private static DriverMessages Messages(params Capability[] capabilities) => new("f", new("master", IPAddress.Parse("10.0.0.1"), 5050), capabilities);

    [Fact]
    public void Each_event_has_the_message_that_a_master_sends()
    {
        var messages = Messages();
        messages.Of(new() { Type = Kind.Rescind, Rescind = new() { OfferId = new() { Value = "o" } } }).ShouldBe(new RescindResourceOfferMessage { OfferId = new() { Value = "o" } });
        messages.Of(new() { Type = Kind.Failure, Failure = new() { AgentId = Agent } }).ShouldBe(new LostSlaveMessage { SlaveId = Agent });
        messages.Of(new() { Type = Kind.Failure, Failure = new() { AgentId = Agent, ExecutorId = Executor, Status = 256 } })
            .ShouldBe(new ExitedExecutorMessage { SlaveId = Agent, FrameworkId = Framework, ExecutorId = Executor, Status = 256 });
        messages.Of(new() { Type = Kind.Message, Message = new() { AgentId = Agent, ExecutorId = Executor, Data = ByteString.CopyFromUtf8("x") } })
            .ShouldBe(new ExecutorToFrameworkMessage { SlaveId = Agent, FrameworkId = Framework, ExecutorId = Executor, Data = ByteString.CopyFromUtf8("x") });
        messages.Of(new() { Type = Kind.Error, Error = new() { Message = "no" } }).ShouldBe(new FrameworkErrorMessage { Message = "no" });
        foreach (var unknown in (Kind[])[Kind.Heartbeat, Kind.InverseOffers, Kind.RescindInverseOffer, Kind.UpdateOperationStatus])
            messages.Of(new() { Type = unknown }).ShouldBeNull();
    }

    [Fact]
    public void An_update_is_acknowledged_when_it_has_a_uuid_and_only_then()
    {
        var status = new TaskStatus { TaskId = new() { Value = "t" }, State = TaskState.TaskLost, Timestamp = 5, ExecutorId = Executor };
        var answer = (StatusUpdateMessage)Messages().Of(new() { Type = Kind.Update, Update = new() { Status = status } })!;
        answer.ShouldBe(new() { Update = new() { FrameworkId = Framework, ExecutorId = Executor, Status = status, Timestamp = 5, LatestState = TaskState.TaskLost } });

        // The driver copies the agent's id into its acknowledgement, also where there is none.
        var uuid = ByteString.CopyFrom(new byte[16]);
        status.Uuid = uuid;
        var update = (StatusUpdateMessage)Messages().Of(new() { Type = Kind.Update, Update = new() { Status = status } })!;
        (update.Pid, update.Update.Uuid, update.Update.SlaveId.Value, update.Update.Status.AgentId.Value).ShouldBe(("slave(1)@10.0.0.1:5050", uuid, "", ""));
    }

    [Theory]
    // cpus that are nobody's, and such as are reserved dynamically: in the form that libmesos had at first, or the one with reservations alone.
    [InlineData(new string[0], false, "*//0 r/p/0")]
    [InlineData(new[] { "MultiRole" }, true, "*//0 r/p/0")]
    [InlineData(new[] { "MultiRole", "ReservationRefinement" }, true, "//0 //1")]
    public void Resources_are_in_the_form_that_the_framework_knows(string[] names, bool hasRoles, string forms)
    {
        var capabilities = names.Select(Enum.Parse<Capability>).ToArray();
        var offer = new Offer
        {
            Id = new() { Value = "o" }, FrameworkId = Framework, AgentId = Agent, Hostname = "h", AllocationInfo = new() { Role = "r" },
            Resources =
            {
                new Resource { Name = "cpus", Type = Value.Types.Type.Scalar, Role = "*", AllocationInfo = new() { Role = "r" } },
                new Resource
                {
                    Name = "cpus", Type = Value.Types.Type.Scalar, Role = "r", Reservation = new() { Principal = "p" }, AllocationInfo = new() { Role = "r" },
                    Reservations = { new Resource.Types.ReservationInfo { Role = "r", Principal = "p" } },
                },
            },
        };
        var message = (ResourceOffersMessage)Messages(capabilities).Of(new() { Type = Kind.Offers, Offers = new() { Offers_ = { offer } } })!;
        message.Pids.ShouldBe(["slave(1)@10.0.0.1:5050"]);
        var told = message.Offers.Single();
        (told.AllocationInfo is not null, told.Resources.All(resource => resource.AllocationInfo is not null)).ShouldBe((hasRoles, hasRoles));
        string.Join(' ', told.Resources.Select(resource => $"{resource.Role}/{resource.Reservation?.Principal}/{resource.Reservations.Count}")).ShouldBe(forms);
        told.Resources.All(resource => resource.HasRole).ShouldBe(!capabilities.Contains(Capability.ReservationRefinement));
    }

    [Fact]
    public void A_subscription_is_numbered_otherwise_than_in_version_1()
    {
        var old = new SchedulerCall
        {
            FrameworkId = Framework, Type = 1,
            Subscribe = new() { FrameworkInfo = new() { User = "u", Name = "n", Id = Framework }, Force = true, SuppressedRoles = { "r" }, OfferConstraints = new() },
        };
        var read = DriverCall.Read("mesos.scheduler.Call", old.ToByteArray())!;
        read.IsFailover.ShouldBeTrue();
        read.Call.ShouldBe(new()
        {
            FrameworkId = Framework, Type = Call.Types.Type.Subscribe,
            Subscribe = new() { FrameworkInfo = new() { User = "u", Name = "n", Id = Framework }, SuppressedRoles = { "r" }, OfferConstraints = new() },
        });
        var kill = new Call { FrameworkId = Framework, Type = Call.Types.Type.Kill, Kill = new() { TaskId = new() { Value = "t" } } };
        DriverCall.Read("mesos.scheduler.Call", kill.ToByteArray())!.Call.ShouldBe(kill);
    }

    [Fact]
    public void Messages_from_before_calls_are_the_same_calls()
    {
        var (task, uuid, offer) = (new TaskID { Value = "t" }, ByteString.CopyFrom(new byte[16]), new OfferID { Value = "o" });
        Read(new UnregisterFrameworkMessage { FrameworkId = Framework }).Type.ShouldBe(Call.Types.Type.Teardown);
        Read(new ResourceRequestMessage { FrameworkId = Framework }).Type.ShouldBe(Call.Types.Type.Request);
        Read(new ReviveOffersMessage { FrameworkId = Framework, Roles = { "r" } }).Revive.Roles.ShouldBe(["r"]);
        Read(new KillTaskMessage { FrameworkId = Framework, TaskId = task }).Kill.TaskId.ShouldBe(task);
        Read(new StatusUpdateAcknowledgementMessage { FrameworkId = Framework, SlaveId = Agent, TaskId = task, Uuid = uuid }).Acknowledge.ShouldBe(new() { AgentId = Agent, TaskId = task, Uuid = uuid });
        Read(new FrameworkToExecutorMessage { FrameworkId = Framework, SlaveId = Agent, ExecutorId = Executor, Data = uuid }).Message.ShouldBe(new() { AgentId = Agent, ExecutorId = Executor, Data = uuid });
        Read(new ReconcileTasksMessage { FrameworkId = Framework, Statuses = { new TaskStatus { TaskId = task, State = TaskState.TaskRunning, AgentId = Agent } } }).Reconcile.Tasks.Single()
            .ShouldBe(new() { TaskId = task, AgentId = Agent });
        // Without tasks it declines.
        var decline = Read(new LaunchTasksMessage { FrameworkId = Framework, OfferIds = { offer }, Filters = new() { RefuseSeconds = 7 } }).Accept;
        (decline.Operations.Count, decline.OfferIds.Single(), decline.Filters.RefuseSeconds).ShouldBe((0, offer, 7));

        DriverCall.Read("mesos.internal.RegisterFrameworkMessage", new RegisterFrameworkMessage { Framework = new() { User = "u", Name = "n", Id = Framework } }.ToByteArray())!
            .Refusal.ShouldBe("Registering with 'id' already set");
        var again = DriverCall.Read("mesos.internal.ReregisterFrameworkMessage", new ReregisterFrameworkMessage { Framework = new() { User = "u", Name = "n", Id = Framework }, Failover = true }.ToByteArray())!;
        (again.IsFailover, again.Call!.FrameworkId).ShouldBe((true, Framework));
        DriverCall.Read("mesos.internal.DeactivateFrameworkMessage", new DeactivateFrameworkMessage { FrameworkId = Framework }.ToByteArray())!.Deactivated.ShouldBe("f");
        DriverCall.Read("mesos.internal.RegisterSlaveMessage", []).ShouldBeNull();
        DriverCall.Read("elsewhere.Call", []).ShouldBeNull();
        Should.Throw<InvalidProtocolBufferException>(() => DriverCall.Read("mesos.scheduler.Call", [0xff]));

        static Call Read(IMessage message) => DriverCall.Read(message.Descriptor.FullName, message.ToByteArray())!.Call.ShouldNotBeNull();
    }
}
