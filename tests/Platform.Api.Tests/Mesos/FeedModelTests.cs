using Google.Protobuf;
using Platform.Api.Mesos.Operator.Feed;
using Platform.Api.Mesos.State;
using Platform.Contracts.Agents;
using Platform.Contracts.Apps;
using Platform.Core;
using Platform.Core.Tasks;
using Wire = Platform.Mesos.Wire;

namespace Platform.Api.Tests.Mesos;

/// <summary>What subscribers are told when the cluster is seen again.</summary>
public sealed class FeedModelTests
{
    private readonly FeedModel _model = new();

    private static PictureFramework Framework(string id, params PictureTask[] tasks) => new()
    {
        Info = new() { User = "u", Name = id, Id = new() { Value = id } },
        Tasks = tasks,
        IsConnected = true,
    };

    private static PictureTask Task(string id, params TaskState[] steps) => Task(id, 0, steps);

    private static PictureTask Task(string id, int first, params TaskState[] steps)
    {
        var task = new Wire.Task { Name = id, TaskId = new() { Value = id }, FrameworkId = new() { Value = "f" }, AgentId = new() { Value = "a" }, State = Wire.TaskState.TaskStaging };
        foreach (var (i, step) in steps.Index())
        {
            task.Statuses.Add(Status(id, step, ByteString.CopyFrom((byte)(first + i))));
            task.State = task.Statuses[^1].State;
        }
        return new(task, steps.Length > 0 ? steps[^1] : TaskState.Staging, Resources.Empty, "*");
    }

    private static Wire.TaskStatus Status(string id, TaskState state, ByteString? update = null)
    {
        var status = new Wire.TaskStatus { TaskId = new() { Value = id }, AgentId = new() { Value = "a" }, State = Api.Mesos.Mapping.StatusMapping.ToWire(state) };
        if (update is not null)
            status.Uuid = update;
        return status;
    }

    private static PictureAgent Agent(string id, AgentCondition condition = AgentCondition.Active) => new(
        new() { Registration = new() { AgentId = id, Name = id, Hostname = id, Resources = Resources.Empty }, Condition = condition }, Resources.Empty, Resources.Empty, Resources.Empty);

    private static string[] Texts(IEnumerable<FeedEvent> events) => [.. events.Select(happened => happened.Message).Select(message => message.Type switch
    {
        Wire.Operator.Event.Types.Type.TaskAdded => $"+{message.TaskAdded.Task.TaskId.Value} {message.TaskAdded.Task.State}",
        Wire.Operator.Event.Types.Type.TaskUpdated => $"{message.TaskUpdated.Status.TaskId.Value} {message.TaskUpdated.State}",
        Wire.Operator.Event.Types.Type.AgentAdded => $"+{message.AgentAdded.Agent.AgentInfo.Id.Value}",
        Wire.Operator.Event.Types.Type.AgentRemoved => $"-{message.AgentRemoved.AgentId.Value}",
        Wire.Operator.Event.Types.Type.FrameworkAdded => $"+{message.FrameworkAdded.Framework.FrameworkInfo.Name}",
        Wire.Operator.Event.Types.Type.FrameworkUpdated => $"{message.FrameworkUpdated.Framework.FrameworkInfo.Name} {message.FrameworkUpdated.Framework.Connected}",
        _ => $"-{message.FrameworkRemoved.FrameworkInfo.Name}",
    })];

    [Fact]
    public void Agents_come_go_and_come_again()
    {
        Texts(_model.See(new ClusterPicture([Agent("a"), Agent("b")], []))).ShouldBe(["+a", "+b"]);
        Texts(_model.See(new ClusterPicture([Agent("a", AgentCondition.Draining), Agent("b", AgentCondition.Unreachable)], []))).ShouldBe(["-b"]);
        Texts(_model.See(new ClusterPicture([Agent("b")], []))).ShouldBe(["+b", "-a"]);
        _model.See(new ClusterPicture([Agent("b")], [])).ShouldBeEmpty();
    }

    [Fact]
    public void A_framework_is_told_when_it_comes_changes_and_ends()
    {
        var framework = Framework("f");
        Texts(_model.See(framework)).ShouldBe(["+f"]);
        _model.See(framework with { Offers = [] }).ShouldBeEmpty();
        Texts(_model.See(framework with { IsConnected = false })).ShouldBe(["f False"]);
        Texts(_model.See(framework with { IsConnected = false, RemovedAt = DateTimeOffset.UnixEpoch })).ShouldBe(["-f"]);
        _model.See(new ClusterPicture([], [framework with { IsConnected = false, RemovedAt = DateTimeOffset.UnixEpoch }])).ShouldBeEmpty();
        _model.See(new ClusterPicture([], [])).ShouldBeEmpty();
    }

    [Fact]
    public void Each_new_state_of_a_frameworks_task_is_told_once_however_seldom_it_is_seen()
    {
        Texts(_model.See(Framework("f", Task("t")))).ShouldBe(["+f", "+t TaskStaging"]);
        Texts(_model.See(Framework("f", Task("t", TaskState.Starting, TaskState.Running, TaskState.Running)))).ShouldBe(["t TaskStarting", "t TaskRunning"]);
        _model.See(Framework("f", Task("t", TaskState.Starting, TaskState.Running, TaskState.Running))).ShouldBeEmpty();
        // The first statuses are no longer kept.
        Texts(_model.See(Framework("f", Task("t", 2, TaskState.Running, TaskState.Unreachable, TaskState.Running, TaskState.Finished))))
            .ShouldBe(["t TaskUnreachable", "t TaskRunning", "t TaskFinished"]);
        Texts(_model.See(Framework("f", Task("u", TaskState.Starting, TaskState.Failed)))).ShouldBe(["+u TaskStaging", "u TaskStarting", "u TaskFailed"]);
    }

    [Fact]
    public void What_is_said_of_an_apps_task_is_told_unless_it_is_old()
    {
        const string id = "shop_web.instance-1._app.1";
        _model.See(new ClusterPicture([], [Framework(AppScheduler.FrameworkId)]));
        Texts(_model.SeeApp("/shop/web", [Task(id, TaskState.Running)])).ShouldBe([$"+{id} TaskStaging", $"{id} TaskRunning"]);
        _model.Tell(Status(id, TaskState.Starting), null).ShouldBeEmpty();
        _model.Tell(Status(id, TaskState.Running), null).ShouldBeEmpty();
        Texts(_model.Tell(Status(id, TaskState.Unreachable), null)).ShouldBe([$"{id} TaskUnreachable"]);
        Texts(_model.Tell(Status(id, TaskState.Running), null)).ShouldBe([$"{id} TaskRunning"]);
        Texts(_model.Tell(Status(id, TaskState.Killed), null)).ShouldBe([$"{id} TaskKilled"]);
        _model.Tell(Status(id, TaskState.Running), null).ShouldBeEmpty();
        // It is still shown, and then no more.
        _model.SeeApp("/shop/web", [Task(id, TaskState.Killed)]).ShouldBeEmpty();
        _model.SeeApp("/shop/web", []).ShouldBeEmpty();
    }

    [Fact]
    public void A_task_that_was_never_seen_is_told_with_its_end()
    {
        _model.See(new ClusterPicture([], [Framework(AppScheduler.FrameworkId)]));
        var events = _model.Tell(Status("shop_web.instance-1._app.1", TaskState.Failed), null);
        Texts(events).ShouldBe(["+shop_web.instance-1._app.1 TaskStaging", "shop_web.instance-1._app.1 TaskFailed"]);
        events[0].Message.TaskAdded.Task.Name.ShouldBe("web.shop");
        events[0].Subjects.ShouldBe(["dcos:service:marathon:marathon:services:/shop/web"]);
    }
}
