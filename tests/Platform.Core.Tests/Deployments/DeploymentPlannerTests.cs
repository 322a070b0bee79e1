using Platform.Core.Apps;
using Platform.Core.Deployments;
using Platform.Core.Groups;

namespace Platform.Core.Tests.Deployments;

/// <summary>The cases of Marathon's DeploymentPlanTest.</summary>
public class DeploymentPlannerTests
{
    private static AppSpec App(string id, string cmd = "sleep", int instances = 1, params string[] dependencies) =>
        new() { Id = id, Cmd = cmd, Instances = instances, Dependencies = [.. dependencies] };

    private static DeploymentPlan Plan(AppSpec[] before, AppSpec[] after, params string[] restarted)
    {
        var differences = before.Select(app => app.Id).Union(after.Select(app => app.Id)).Select(id => new AppDifference(
            id, Array.Find(before, app => app.Id == id), Array.Find(after, app => app.Id == id), restarted.Contains(id))).ToList();
        var graph = new DependencyGraph([.. after.Select(app => KeyValuePair.Create(app.Id, (IReadOnlyList<string>)app.Dependencies))], []);
        return DeploymentPlanner.Plan(differences, graph.LevelOf);
    }

    private static string[] Steps(DeploymentPlan plan) =>
        [.. plan.Steps.Select(step => string.Join(" ", step.Actions.Select(action => $"{action.Kind}:{action.AppId}")))];

    [Fact]
    public void New_apps_are_first_started_and_then_scaled_at_the_same_time()
    {
        var plan = Plan([], [App("/t/1", instances: 10), App("/t/2", instances: 10), App("/t/3", instances: 10), App("/t/4", instances: 10)]);

        Steps(plan).ShouldBe(["Start:/t/1 Start:/t/2 Start:/t/3 Start:/t/4", "Scale:/t/1 Scale:/t/2 Scale:/t/3 Scale:/t/4"]);
    }

    [Fact]
    public void A_running_group_is_led_to_another_by_one_action_for_each_difference()
    {
        var plan = Plan(
            [App("/g/app", "sleep 10"), App("/g/app2", "cmd2"), App("/g/app3", "cmd3")],
            [App("/g/app", "sleep 30"), App("/g/app2", "cmd2", instances: 10), App("/g/app4", "cmd4")]);

        Steps(plan).ShouldBe(["Stop:/g/app3", "Start:/g/app4", "Restart:/g/app Scale:/g/app2 Scale:/g/app4"]);
    }

    [Fact]
    public void An_app_that_others_depend_on_is_updated_before_them()
    {
        var plan = Plan(
            [App("/test/database/mongo", "mng1", 4), App("/test/service/srv1", "srv1", 4)],
            [App("/test/database/mongo", "mng2", 8), App("/test/service/srv1", "srv2", 10, "/test/database/mongo")]);

        Steps(plan).ShouldBe(["Restart:/test/database/mongo", "Restart:/test/service/srv1"]);
    }

    [Fact]
    public void Updates_without_dependencies_share_a_step()
    {
        var plan = Plan([App("/test/mongo", "mng1", 4), App("/test/srv1", "srv1", 4)], [App("/test/mongo", "mng2", 8), App("/test/srv1", "srv2", 10)]);

        Steps(plan).ShouldBe(["Restart:/test/mongo Restart:/test/srv1"]);
    }

    [Fact]
    public void Dependent_and_independent_apps_are_ordered_by_their_longest_chain()
    {
        var plan = Plan(
            [App("/test/database/mongo", "mng1", 4), App("/test/service/srv1", "srv1", 4), App("/test/independent/app", "app1"), App("/test/service/to-stop", "sleep", 1, "/test/database/mongo")],
            [App("/test/database/mongo", "mng2", 8), App("/test/service/srv1", "srv2", 10, "/test/database/mongo"), App("/test/independent/app", "app2", 3), App("/test/service/to-start", "sleep", 2, "/test/service/srv1")]);

        Steps(plan).ShouldBe([
            "Stop:/test/service/to-stop",
            "Start:/test/service/to-start",
            "Restart:/test/database/mongo Restart:/test/independent/app",
            "Restart:/test/service/srv1",
            "Scale:/test/service/to-start"]);
    }

    [Fact]
    public void A_removed_app_is_stopped_and_nothing_else_happens() =>
        Steps(Plan([App("/test/app", "app2", 3)], [])).ShouldBe(["Stop:/test/app"]);

    [Fact]
    public void Nothing_is_done_to_an_app_that_has_not_changed() => Plan([App("/test")], [App("/test")]).Steps.ShouldBeEmpty();

    [Fact]
    public void An_app_that_has_not_changed_is_restarted_on_request() => Steps(Plan([App("/test")], [App("/test")], "/test")).ShouldBe(["Restart:/test"]);

    [Fact]
    public void A_new_configuration_with_no_instances_is_only_scaled() =>
        Steps(Plan([App("/mongo", "mng1", 4)], [App("/mongo", "mng2", 0)])).ShouldBe(["Scale:/mongo"]);

    [Fact]
    public void A_change_of_rollout_limits_replaces_no_instance()
    {
        var before = App("/web");
        var after = before with { Extension = new() { ProgressDeadlineSeconds = 60, FailureBudget = 2 } };

        Steps(Plan([before], [after])).ShouldBe(["Scale:/web"]);
        Steps(Plan([before], [before with { Extension = new() { Priority = 7 } }])).ShouldBe(["Restart:/web"]);
    }

    [Fact]
    public void A_change_of_arguments_alone_is_a_change() =>
        Steps(Plan([App("/a")], [App("/a") with { Args = ["foo"] }])).ShouldBe(["Restart:/a"]);
}
