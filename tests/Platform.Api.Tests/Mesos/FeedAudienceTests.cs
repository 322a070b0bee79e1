using Platform.Api.Mesos.Operator.Feed;
using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core;
using Platform.Core.Security;
using Platform.Core.Tasks;
using Wire = Platform.Mesos.Wire;

namespace Platform.Api.Tests.Mesos;

/// <summary>Subscribers see what they may.</summary>
public sealed class FeedAudienceTests
{
    private static readonly ClusterPicture Picture = new(
        [new(new() { Registration = new() { AgentId = "a", Name = "a", Hostname = "a", Resources = Resources.Empty } }, Resources.Empty, Resources.Empty, Resources.Empty)],
        [Framework(AppScheduler.FrameworkId, "*", "green_web.instance-1._app.1", "red_web.instance-1._app.1"), Framework("f1", "ads", "t1"), Framework("f2", "ads-other", "t2")]);

    private static PictureFramework Framework(string id, string role, params string[] tasks) => new()
    {
        Info = new() { User = "u", Name = id, Id = new() { Value = id }, Roles = { role } },
        Tasks = [.. tasks.Select(task => new PictureTask(
            new() { Name = task, TaskId = new() { Value = task }, FrameworkId = new() { Value = id }, AgentId = new() { Value = "a" }, State = Wire.TaskState.TaskRunning },
            TaskState.Running, Resources.Empty, role))],
    };

    private static (int Agents, string Frameworks, string Tasks) Seen(params Permission[] permissions)
    {
        var access = new Access(new("u", IdentityKind.User), new AccessRights(permissions.Select(permission => new AccessGrant(permission, "test"))));
        var seen = new FeedAudience(access).Of(Picture);
        return (seen.Agents.Count, string.Join(' ', seen.Frameworks.Select(framework => framework.Id)), string.Join(' ', seen.Tasks.Select(task => task.Task.TaskId.Value)));
    }

    [Fact]
    public void Operators_see_everything() => Seen(new Permission(ResourceId.Operations("mesos"), AccessAction.Read))
        .ShouldBe((1, $"{AppScheduler.FrameworkId} f1 f2", "green_web.instance-1._app.1 red_web.instance-1._app.1 t1 t2"));

    [Fact]
    public void Who_may_read_a_group_sees_its_tasks() => Seen(NamedRoles.Grant(NamedRole.Viewer, "/green")).ShouldBe((0, AppScheduler.FrameworkId, "green_web.instance-1._app.1"));

    [Fact]
    public void Who_may_read_the_frameworks_of_a_role_sees_those() => Seen(new Permission(ResourceId.OfRole("framework", "ads"), AccessAction.Read)).ShouldBe((0, "f1", "t1"));

    [Fact]
    public void Others_see_nothing() => Seen().ShouldBe((0, "", ""));

    [Fact]
    public void Agents_are_for_operators_only() =>
        new FeedAudience(new Access(new("u", IdentityKind.User), new AccessRights([new(NamedRoles.Grant(NamedRole.Viewer, "/green"), "test")]))).Sees([]).ShouldBeFalse();
}
