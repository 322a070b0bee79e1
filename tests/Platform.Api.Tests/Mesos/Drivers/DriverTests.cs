using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Platform.Contracts.Frameworks;
using Platform.Mesos.Wire;
using Platform.Mesos.Wire.Libprocess;
using Call = Platform.Mesos.Wire.Scheduler.Call;
using Kind = Platform.Mesos.Wire.Scheduler.Call.Types.Type;
using State = Platform.Mesos.Wire.TaskState;
using Task = System.Threading.Tasks.Task;
using TaskStatus = Platform.Mesos.Wire.TaskStatus;

namespace Platform.Api.Tests.Mesos.Drivers;

/// <summary>Drivers of libmesos against the control plane: they speak libprocess, and are sent the messages of Mesos' old API.</summary>
public sealed class DriverTests(MesosServer server) : IClassFixture<MesosServer>
{
    private IPEndPoint Master => new(IPAddress.Loopback, server.Http.BaseAddress!.Port);

    private static SchedulerCall Subscription(string name, string? id = null, bool force = false, double failover = 600)
    {
        var call = new SchedulerCall
        {
            Type = (int)Kind.Subscribe,
            Subscribe = new() { FrameworkInfo = new() { User = "root", Name = name, FailoverTimeout = failover, Checkpoint = true, Hostname = "here" } },
        };
        if (id is not null)
        {
            call.FrameworkId = call.Subscribe.FrameworkInfo.Id = new() { Value = id };
            call.Subscribe.Force = force;
        }
        return call;
    }

    private static Task SubscribeAsync(TestDriver driver, SchedulerCall call) => driver.SendAsync("mesos.scheduler.Call", call);

    private async Task<(TestDriver Driver, FrameworkID Id)> RegisteredAsync(string name, bool namesHost = false)
    {
        var driver = await TestDriver.StartAsync(Master, namesHost);
        await SubscribeAsync(driver, Subscription(name));
        return (driver, (await driver.UntilAsync<FrameworkRegisteredMessage>()).FrameworkId);
    }

    private static TaskInfo Sleeper(Offer offer, string id) => new()
    {
        Name = id,
        TaskId = new() { Value = id },
        AgentId = offer.AgentId,
        Command = new() { Value = "sleep 1000" },
        Resources = { new Resource { Name = "cpus", Type = Value.Types.Type.Scalar, Scalar = new() { Value = 1 } }, new Resource { Name = "mem", Type = Value.Types.Type.Scalar, Scalar = new() { Value = 1 } } },
    };

    private static Call Launch(FrameworkID id, Offer offer, params string[] tasks) => new()
    {
        FrameworkId = id,
        Type = Kind.Accept,
        Accept = new()
        {
            OfferIds = { offer.Id },
            Operations = { new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() { TaskInfos = { tasks.Select(task => Sleeper(offer, task)) } } } },
        },
    };

    // As a driver with implicit acknowledgements: what has a uuid is acknowledged.
    private static async Task<StatusUpdate> UntilAsync(TestDriver driver, FrameworkID id, string task, State state)
    {
        while (true)
        {
            var message = await driver.UntilAsync<StatusUpdateMessage>(message => message.Update.Status.TaskId.Value == task);
            var update = message.Update;
            update.FrameworkId.ShouldBe(id);
            message.HasPid.ShouldBe(update.HasUuid);
            if (update.HasUuid)
                await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Acknowledge, Acknowledge = new() { AgentId = update.SlaveId, TaskId = update.Status.TaskId, Uuid = update.Uuid } });
            if (update.Status.State == state)
                return update;
        }
    }

    private async Task<FrameworkStatus> UntilAsync(FrameworkID id, Func<FrameworkStatus, bool> wanted)
    {
        var grain = server.Grains.GetGrain<IFrameworkGrain>(id.Value);
        for (var until = DateTime.UtcNow.AddMinutes(1); DateTime.UtcNow < until; await Task.Delay(50))
        {
            if (await grain.GetStatusAsync() is { } status && wanted(status))
                return status;
        }
        throw new TimeoutException("The framework does not come to that.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_driver_runs_tasks_and_hears_of_them(bool namesHost)
    {
        var (driver, id) = await RegisteredAsync("runner", namesHost);
        using var _ = driver;
        var offers = await driver.UntilAsync<ResourceOffersMessage>();
        offers.Pids.Count.ShouldBe(offers.Offers.Count);
        offers.Pids.ShouldAllBe(pid => pid == $"slave(1)@{Master}");
        var offer = offers.Offers[0];
        // It knows neither roles of offers nor refined reservations.
        offer.AllocationInfo.ShouldBeNull();
        offer.Resources.ShouldAllBe(resource => resource.AllocationInfo == null && resource.Reservations.Count == 0 && resource.Role == "*");

        var task = "task-" + namesHost;
        await driver.SendAsync(Launch(id, offer, task));
        var running = await UntilAsync(driver, id, task, State.TaskRunning);
        running.SlaveId.ShouldBe(offer.AgentId);
        running.Uuid.Length.ShouldBe(16);
        running.Timestamp.ShouldBe(running.Status.Timestamp);
        await UntilAsync(id, status => status.Tasks.Single(one => one.TaskId == task).Unacknowledged.IsEmpty);

        // An answer to a question is not acknowledged.
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Reconcile, Reconcile = new() { Tasks = { new Call.Types.Reconcile.Types.Task { TaskId = new() { Value = task } } } } });
        var answer = await driver.UntilAsync<StatusUpdateMessage>();
        (answer.Update.Status.State, answer.Update.HasUuid, answer.HasPid).ShouldBe((State.TaskRunning, false, false));
        answer.Update.Status.Reason.ShouldBe(TaskStatus.Types.Reason.Reconciliation);

        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Kill, Kill = new() { TaskId = new() { Value = task } } });
        await UntilAsync(driver, id, task, State.TaskKilled);

        // It stops.
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });
        await UntilAsync(id, status => status.RemovedAt is not null);
    }

    [Fact]
    public async Task Calls_that_come_in_one_breath_before_the_driver_closes_are_all_taken()
    {
        var (driver, id) = await RegisteredAsync("breathless");
        using var _ = driver;
        var offer = (await driver.UntilAsync<ResourceOffersMessage>()).Offers[0];
        using (var breath = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await breath.ConnectAsync(Master);
            byte[] all =
            [
                .. driver.Bytes("mesos.scheduler.Call", Launch(id, offer, "one")),
                .. driver.Bytes("mesos.scheduler.Call", new Call { FrameworkId = id, Type = Kind.Suppress }),
                .. driver.Bytes("mesos.scheduler.Call", new Call { FrameworkId = id, Type = Kind.Kill, Kill = new() { TaskId = new() { Value = "one" } } }),
            ];
            await breath.SendAsync(all);
        }
        await UntilAsync(driver, id, "one", State.TaskKilled);
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });
    }

    [Fact]
    public async Task Declined_offers_come_back_when_they_are_revived_and_taken_ones_are_rescinded()
    {
        var (driver, id) = await RegisteredAsync("decliner");
        using var _ = driver;
        var offer = (await driver.UntilAsync<ResourceOffersMessage>()).Offers[0];
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Decline, Decline = new() { OfferIds = { offer.Id }, Filters = new() { RefuseSeconds = 3600 } } });
        await UntilAsync(id, status => status.Offers.All(one => one.Id != offer.Id.Value));
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Revive });
        var again = (await driver.UntilAsync<ResourceOffersMessage>(offers => offers.Offers.Any(one => one.AgentId.Equals(offer.AgentId)))).Offers.First(one => one.AgentId.Equals(offer.AgentId));

        var agent = server.Cluster.Agents.Single(agent => agent.Id == again.AgentId.Value);
        await agent.DisconnectAsync();
        (await driver.UntilAsync<RescindResourceOfferMessage>(rescinded => rescinded.OfferId.Equals(again.Id))).ShouldNotBeNull();
        await agent.ConnectAsync();

        // The driver is aborted: it has its stream, but no more offers.
        await driver.UntilAsync<ResourceOffersMessage>();
        await driver.SendAsync("mesos.internal.DeactivateFrameworkMessage", new DeactivateFrameworkMessage { FrameworkId = id });
        (await UntilAsync(id, status => status.Offers.IsEmpty)).IsConnected.ShouldBeTrue();
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });
        await UntilAsync(id, status => status.RemovedAt is not null);
    }

    [Fact]
    public async Task A_second_driver_takes_over_and_the_first_is_told()
    {
        var (first, id) = await RegisteredAsync("twice");
        using var _ = first;
        await first.SendAsync(Launch(id, (await first.UntilAsync<ResourceOffersMessage>()).Offers[0], "kept"));
        await UntilAsync(first, id, "kept", State.TaskRunning);

        // One that does not say that it takes over is an old one that was cut off.
        using var stranger = await TestDriver.StartAsync(Master);
        await SubscribeAsync(stranger, Subscription("twice", id.Value));
        (await stranger.UntilAsync<FrameworkErrorMessage>()).Message.ShouldBe("Framework failed over");
        // Nor does it speak for the framework.
        await stranger.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });

        using var second = await TestDriver.StartAsync(Master);
        await SubscribeAsync(second, Subscription("twice", id.Value, force: true));
        (await second.UntilAsync<FrameworkRegisteredMessage>()).FrameworkId.ShouldBe(id);
        (await first.UntilAsync<FrameworkErrorMessage>()).Message.ShouldBe("Framework failed over");
        await second.SendAsync(new Call { FrameworkId = id, Type = Kind.Reconcile, Reconcile = new() });
        await UntilAsync(second, id, "kept", State.TaskRunning);

        // It sends its subscription again before it has heard the answer, and describes itself anew later.
        await SubscribeAsync(second, Subscription("twice", id.Value, force: true));
        await second.UntilAsync<FrameworkRegisteredMessage>();
        await SubscribeAsync(second, Subscription("renamed", id.Value));
        (await second.UntilAsync<FrameworkReregisteredMessage>()).MasterInfo.Port.ShouldBe((uint)Master.Port);
        (await UntilAsync(id, status => status.Spec.Name == "renamed")).IsConnected.ShouldBeTrue();
        await second.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });
    }

    [Fact]
    public async Task A_framework_is_disconnected_when_the_link_to_its_driver_breaks()
    {
        var (driver, id) = await RegisteredAsync("broken");
        using var _ = driver;
        (await UntilAsync(id, status => status.IsConnected)).RemovedAt.ShouldBeNull();
        driver.BreakLinks();

        // Whoever is there all the same is told, and told again when it goes on.
        (await driver.UntilAsync<FrameworkErrorMessage>()).Message.ShouldBe("Framework disconnected");
        await UntilAsync(id, status => !status.IsConnected);
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Revive });
        (await driver.UntilAsync<FrameworkErrorMessage>()).Message.ShouldBe("Framework disconnected");

        // It comes back as one that lost its master for a while.
        await SubscribeAsync(driver, Subscription("broken", id.Value));
        (await driver.UntilAsync<FrameworkReregisteredMessage>()).FrameworkId.ShouldBe(id);
        driver.Dispose();
        await UntilAsync(id, status => !status.IsConnected);
        (await server.Grains.GetGrain<IFrameworkGrain>(id.Value).RemoveAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_driver_that_does_not_know_of_a_restart_goes_on()
    {
        // This control plane has never heard of the driver: it subscribed at one that is gone, and its framework waits.
        var (before, id) = await RegisteredAsync("resumed");
        before.Dispose();
        await UntilAsync(id, status => !status.IsConnected);
        using var driver = await TestDriver.StartAsync(Master);
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Revive });
        (await driver.UntilAsync<FrameworkReregisteredMessage>()).FrameworkId.ShouldBe(id);
        await driver.SendAsync(Launch(id, (await driver.UntilAsync<ResourceOffersMessage>()).Offers[0], "resumed"));
        await UntilAsync(driver, id, "resumed", State.TaskRunning);

        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });
        await UntilAsync(id, status => status.RemovedAt is not null);
        // There is nothing to go on with.
        await driver.SendAsync(new Call { FrameworkId = new() { Value = "unheard-of" }, Type = Kind.Revive });
        await driver.UntilAsync<FrameworkErrorMessage>(error => error.Message == "Framework disconnected");
    }

    [Fact]
    public async Task Messages_pass_between_a_driver_and_an_executor()
    {
        var (driver, id) = await RegisteredAsync("talker");
        using var _ = driver;
        var launch = Launch(id, (await driver.UntilAsync<ResourceOffersMessage>()).Offers[0], "talks");
        var task = launch.Accept.Operations[0].Launch.TaskInfos[0];
        task.Command = null;
        task.Executor = new() { ExecutorId = new() { Value = "e" }, Command = new() { Value = "./talk" } };
        await driver.SendAsync(launch);
        await UntilAsync(id, status => status.Executors.Count == 1);
        var grain = server.Grains.GetGrain<IFrameworkGrain>(id.Value);
        await grain.ExecutorMessageAsync(task.AgentId.Value, new() { Owner = FrameworkOwner.Of(id.Value), ExecutorId = "e", Data = [1, 2] });
        var heard = await driver.UntilAsync<ExecutorToFrameworkMessage>();
        (heard.FrameworkId, heard.SlaveId, heard.ExecutorId.Value, heard.Data.Length).ShouldBe((id, task.AgentId, "e", 2));

        // The driver says it to the agent, whose address leads here.
        var message = new FrameworkToExecutorMessage { FrameworkId = id, SlaveId = task.AgentId, ExecutorId = new() { Value = "e" }, Data = ByteString.CopyFromUtf8("hello") };
        await driver.SendAsync("mesos.internal.FrameworkToExecutorMessage", message, to: "slave(1)");
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });
        await UntilAsync(id, status => status.RemovedAt is not null);
        (await server.SendAsync("GET", "/metrics/snapshot")).Text.ShouldContain("\"master/messages_framework_to_executor\":1");
    }

    [Fact]
    public async Task The_end_of_a_driver_without_a_time_to_come_back_is_the_end_of_its_framework()
    {
        using var driver = await TestDriver.StartAsync(Master);
        await SubscribeAsync(driver, Subscription("brief", failover: 0));
        var id = (await driver.UntilAsync<FrameworkRegisteredMessage>()).FrameworkId;
        driver.Dispose();
        await UntilAsync(id, status => status.RemovedAt is not null);
    }

    [Fact]
    public async Task A_driver_from_before_calls_runs_tasks_too()
    {
        using var driver = await TestDriver.StartAsync(Master);
        await driver.SendAsync("mesos.internal.RegisterFrameworkMessage", new RegisterFrameworkMessage { Framework = new() { User = "root", Name = "old", FailoverTimeout = 600 } });
        var id = (await driver.UntilAsync<FrameworkRegisteredMessage>()).FrameworkId;
        var offer = (await driver.UntilAsync<ResourceOffersMessage>()).Offers[0];
        await driver.SendAsync("mesos.internal.LaunchTasksMessage", new LaunchTasksMessage { FrameworkId = id, OfferIds = { offer.Id }, Tasks = { Sleeper(offer, "old") }, Filters = new() });
        var update = await driver.UntilAsync<StatusUpdateMessage>();
        await driver.SendAsync("mesos.internal.StatusUpdateAcknowledgementMessage",
            new StatusUpdateAcknowledgementMessage { SlaveId = update.Update.SlaveId, FrameworkId = id, TaskId = update.Update.Status.TaskId, Uuid = update.Update.Uuid });
        await driver.UntilAsync<StatusUpdateMessage>(next => next.Update.Status.State == State.TaskRunning);
        await driver.SendAsync("mesos.internal.UnregisterFrameworkMessage", new UnregisterFrameworkMessage { FrameworkId = id });
        await UntilAsync(id, status => status.RemovedAt is not null);
    }

    [Fact]
    public async Task A_driver_that_describes_its_framework_anew_gets_offers_for_what_it_is_now()
    {
        var (driver, id) = await RegisteredAsync("described");
        using var _ = driver;
        (await driver.UntilAsync<ResourceOffersMessage>()).Offers[0].AllocationInfo.ShouldBeNull();
        var update = new Call { FrameworkId = id, Type = Kind.UpdateFramework, UpdateFramework = new() { FrameworkInfo = Subscription("described").Subscribe.FrameworkInfo } };
        var info = update.UpdateFramework.FrameworkInfo;
        info.Id = id;
        info.Roles.Add("*");
        // Roles are those of frameworks that say so; a driver that is wrong about itself ends.
        await driver.SendAsync(update);
        (await driver.UntilAsync<FrameworkErrorMessage>()).Message.ShouldBe("'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable");
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
        await driver.SendAsync(update);
        await UntilAsync(id, status => status.Spec.Capabilities.HasFlag(Platform.Core.Allocation.FrameworkCapabilities.MultiRole));
        var offers = (await UntilAsync(id, status => !status.Offers.IsEmpty)).Offers;
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Decline, Decline = new() { OfferIds = { offers.Select(offer => new OfferID { Value = offer.Id }) } } });
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Revive });
        (await driver.UntilAsync<ResourceOffersMessage>(message => message.Offers[0].AllocationInfo is not null)).Offers[0].AllocationInfo.Role.ShouldBe("*");
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });
    }

    [Fact]
    public async Task What_is_wrong_with_a_framework_is_told_as_an_error()
    {
        using var driver = await TestDriver.StartAsync(Master);
        var call = Subscription("wrong");
        call.Subscribe.FrameworkInfo.FailoverTimeout = -1;
        await SubscribeAsync(driver, call);
        (await driver.UntilAsync<FrameworkErrorMessage>()).Message.ShouldBe("The framework failover_timeout (-1) is invalid");
        await driver.SendAsync("mesos.internal.ReregisterFrameworkMessage", new ReregisterFrameworkMessage { Framework = new() { User = "", Name = "" }, Failover = true });
        (await driver.UntilAsync<FrameworkErrorMessage>()).Message.ShouldBe("Re-registering without an 'id'");
        await driver.SendAsync("mesos.internal.AuthenticateMessage", new AuthenticateMessage { Pid = driver.Self });
        (await driver.UntilAsync<AuthenticationErrorMessage>()).Error.ShouldStartWith("Secrets of drivers (CRAM-MD5) cannot be checked here");
    }

    [Fact]
    public async Task A_driver_that_says_to_be_elsewhere_is_refused_and_nobody_is_connected_to()
    {
        using var driver = await TestDriver.StartAsync(Master);
        await driver.SendAsync("mesos.scheduler.Call", Subscription("elsewhere"), from: "scheduler@192.0.2.7:80");
        await driver.SendAsync(Encoding.ASCII.GetBytes("POST /master/mesos.scheduler.Call HTTP/1.1\r\nHost: \r\nLibprocess-From: nobody\r\n\r\n"));
        await driver.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
        var answers = await driver.AnswersAsync(text => text.Contains("no POST", StringComparison.Ordinal));
        answers.ShouldContain("UPID IP address validation failed: Message from scheduler@192.0.2.7:80 was sent from IP 127.0.0.1");
        answers.ShouldContain("Failed to determine sender from request headers");
        answers.Split("HTTP/1.1 400 Refused").Length.ShouldBe(4);
    }

    [Fact]
    public async Task Answers_say_that_messages_were_taken_and_other_requests_are_served_as_before()
    {
        var (driver, id) = await RegisteredAsync("answered");
        using var _ = driver;
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Suppress });
        await driver.SendAsync(new Call { FrameworkId = id, Type = Kind.Teardown });
        (await driver.AnswersAsync(text => text.Split("202 Accepted").Length == 4)).ShouldNotContain("400");
        (await server.SendAsync("POST", "/master/mesos", "")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("GET", "/master/frameworks")).Text.ShouldContain("answered");
    }

    [Fact]
    public async Task A_control_plane_stops_at_once_although_drivers_and_idle_connections_are_there()
    {
        var other = new MesosServer(agents: 0);
        await other.InitializeAsync();
        var address = new IPEndPoint(IPAddress.Loopback, other.Http.BaseAddress!.Port);
        using var driver = await TestDriver.StartAsync(address);
        await SubscribeAsync(driver, Subscription("stopped"));
        await driver.UntilAsync<FrameworkRegisteredMessage>();
        using var idle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await idle.ConnectAsync(address);

        // It would wait 20 s for connections that do not end.
        await other.DisposeAsync().WaitAsync(TimeSpan.FromSeconds(15));
    }
}
