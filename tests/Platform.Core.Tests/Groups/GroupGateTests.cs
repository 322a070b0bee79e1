using Platform.Core.Deployments;
using Platform.Core.Groups;

namespace Platform.Core.Tests.Groups;

public class GroupGateTests
{
    private readonly Tree _tree = new();

    [Fact]
    public void A_new_app_makes_its_groups_and_a_deployment_that_starts_and_scales_it()
    {
        var decision = _tree.Change(Tree.Put("/shop/web", instances: 2));
        decision.Result.Plan!.Steps.SelectMany(step => step.Actions).Select(action => action.Kind).ShouldBe([DeploymentActionKind.Start, DeploymentActionKind.Scale]);
        _tree.Ledger.Groups.Keys.ShouldBe(["/", "/shop"], ignoreOrder: true);
        _tree.Ledger.Locks["/shop/web"].ShouldBe(decision.Result.DeploymentId);
        _tree.Ledger.Apps["/shop/web"].Version.ShouldBe(decision.Result.Version);
        _tree.Ledger.Version.ShouldBe(decision.Result.Version);
    }

    [Fact]
    public void What_changes_nothing_is_accepted_and_needs_no_deployment()
    {
        var version = _tree.Change(Tree.Put("/web")).Result.Version;
        _tree.End();
        var again = _tree.Change(Tree.Put("/web"));
        again.Accepted.ShouldBeTrue();
        again.Starts.ShouldBeEmpty();
        _tree.Ledger.Apps["/web"].Version.ShouldBe(version);
    }

    [Fact]
    public void The_number_alone_keeps_the_instances_and_anything_else_replaces_them()
    {
        var first = _tree.Change(Tree.Put("/web")).Result.Version;
        _tree.End();
        var scaled = _tree.Change(Tree.Put("/web", instances: 5)).Result.Version;
        _tree.End();
        (_tree.Ledger.Apps["/web"].LastConfigChangeAt, _tree.Ledger.Apps["/web"].LastScalingAt).ShouldBe((first, scaled));
        var changed = _tree.Change(Tree.Put("/web", cmd: "false", instances: 5)).Result.Version;
        _tree.Ledger.Apps["/web"].LastConfigChangeAt.ShouldBe(changed);
    }

    [Fact]
    public void A_held_app_is_changed_by_force_only_and_what_the_other_had_besides_is_carried_on()
    {
        var held = _tree.Change(Tree.Put("/g/a"), Tree.Put("/g/b")).Result.DeploymentId;
        var refused = _tree.Change(Tree.Put("/g/a", cmd: "false"));
        (refused.Result.Outcome, refused.Result.Conflicts.Single()).ShouldBe((ChangeOutcome.Locked, held));
        _tree.Ledger.Apps["/g/a"].Spec.Cmd.ShouldBe("true");

        var forced = _tree.Make(new() { Apps = [Tree.Put("/g/a", cmd: "false")], Force = true });
        forced.Canceled.ShouldBe([held]);
        _tree.Ledger.Abandoned.Keys.ShouldBe([held]);
        var carriedOn = forced.Continued.ShouldHaveSingleItem();
        carriedOn.Value.Targets.Keys.ShouldBe(["/g/b"]);
        carriedOn.Value.Originals.ShouldBeEmpty();
        _tree.Ledger.Locks.ShouldBe(new Dictionary<string, string> { ["/g/a"] = forced.Result.DeploymentId, ["/g/b"] = carriedOn.Key }, ignoreOrder: true);
    }

    [Fact]
    public void A_revert_leads_back_to_where_the_deployment_began()
    {
        var old = _tree.Change(Tree.Put("/g/a", cmd: "old")).Result.Version;
        _tree.End();
        var deployment = _tree.Change(Tree.Put("/g/a", cmd: "new"), Tree.Put("/h/b")).Result.DeploymentId;
        _tree.Revert(deployment).Accepted.ShouldBeTrue();
        (_tree.Ledger.Apps["/g/a"].Spec.Cmd, _tree.Ledger.Apps["/g/a"].Version).ShouldBe(("old", old));
        _tree.Ledger.Apps.ContainsKey("/h/b").ShouldBeFalse();
        _tree.Ledger.Groups.Keys.ShouldBe(["/", "/g"], ignoreOrder: true);
        _tree.Ledger.Deployments.Count.ShouldBe(1);
    }

    [Fact]
    public void A_stopped_deployment_leaves_the_tree_as_it_is_and_still_ends_what_it_has_removed()
    {
        _tree.Change(Tree.Put("/a"), Tree.Put("/b"));
        _tree.End();
        var deployment = _tree.Change(Tree.Remove("/a"), Tree.Put("/b", cmd: "new")).Result.DeploymentId;
        var stopped = _tree.Stop(deployment);
        _tree.Ledger.Apps.Keys.ShouldBe(["/b"]);
        _tree.Ledger.Apps["/b"].Spec.Cmd.ShouldBe("new");
        stopped.Continued.ShouldHaveSingleItem().Value.Originals.Keys.ShouldBe(["/a"]);
        _tree.Ledger.Locks.Keys.ShouldBe(["/a"]);
    }

    [Fact]
    public void Refusals_say_what_they_are_about_and_change_nothing()
    {
        var version = _tree.Change(Tree.Put("/web")).Result.Version;
        _tree.End();
        GroupDecision Of(AppChange change) => _tree.Change(Tree.Put("/other"), change);
        Of(Tree.Put("/web") with { ExpectedVersion = "" }).Result.Outcome.ShouldBe(ChangeOutcome.Exists);
        Of(Tree.Put("/web", cmd: "x") with { ExpectedVersion = "2026-01-01T00:00:00.000Z" }).Result.ShouldSatisfyAllConditions(
            result => result.Outcome.ShouldBe(ChangeOutcome.VersionConflict), result => result.Problems.Single().ShouldBe($"the app is at version {version}"));
        Of(Tree.Remove("/nowhere")).Result.ShouldSatisfyAllConditions(result => result.Outcome.ShouldBe(ChangeOutcome.NotFound), result => result.Subject.ShouldBe("/nowhere"));
        Of(Tree.Remove("/web") with { IsPod = true }).Result.Outcome.ShouldBe(ChangeOutcome.NotFound);
        Of(new() { AppId = "/web" }).Result.Problems.ShouldBe(["a definition is missing"]);
        Of(Tree.Put("/web/inner")).Result.ShouldSatisfyAllConditions(
            result => result.Outcome.ShouldBe(ChangeOutcome.Invalid), result => result.Problems.ShouldBe(["Groups and Applications may not have the same identifier: /web"]));
        _tree.Make(new() { Groups = [new() { Path = "/web", MustBeNew = true }] }).Result.Outcome.ShouldBe(ChangeOutcome.Exists);
        _tree.Make(new() { Groups = [new() { Path = "/", Remove = true }] }).Result.Problems.ShouldBe(["The group / is not empty: /web is in it"]);
        _tree.Ledger.Apps.Keys.ShouldBe(["/web"]);
    }

    [Fact]
    public void A_circle_of_dependencies_is_named_also_one_that_goes_over_groups()
    {
        _tree.Change(Tree.Put("/g/a"), Tree.Put("/b", dependencies: "/g"));
        _tree.End();
        _tree.Change(Tree.Put("/g/a", dependencies: "/b")).Result.ShouldSatisfyAllConditions(
            result => result.Outcome.ShouldBe(ChangeOutcome.Invalid),
            result => result.Problems.Single().ShouldStartWith("Dependency graph has cyclic dependencies: "));
        _tree.Change(Tree.Put("/g/a", dependencies: "/c"), Tree.Put("/c")).Accepted.ShouldBeTrue();
    }

    [Fact]
    public void No_more_deployments_run_than_may_unless_one_gives_way()
    {
        var tree = new Tree(options => options.MaxRunningDeployments = 1);
        tree.Change(Tree.Put("/a"));
        tree.Change(Tree.Put("/b")).Result.ShouldSatisfyAllConditions(
            result => result.Outcome.ShouldBe(ChangeOutcome.TooManyDeployments), result => result.Problems.ShouldBe(["Max number (1) of running deployments is achieved"]));
        tree.Make(new() { Apps = [Tree.Put("/a", cmd: "x")], Force = true }).Accepted.ShouldBeTrue();
    }

    [Fact]
    public void Two_changes_at_one_instant_have_two_versions_where_they_concern_the_same_app()
    {
        var first = _tree.Change(Tree.Put("/a"));
        _tree.End();
        _tree.Now -= TimeSpan.FromSeconds(1);
        var second = _tree.Change(Tree.Put("/a", cmd: "x"));
        string.CompareOrdinal(second.Result.Version, first.Result.Version).ShouldBePositive();
    }

    [Fact]
    public void A_limit_refuses_what_grows_beyond_it_and_lets_what_is_beyond_shrink()
    {
        _tree.Change(Tree.Put("/team/a", instances: 4), Tree.Put("/other/b", instances: 9));
        _tree.End();
        _tree.Ledger.SetLimit("/team", new() { Instances = 3 });
        _tree.Change(Tree.Put("/team/a", instances: 5)).Result.Problems.ShouldBe(["Group /team may have 3 instances and would have 5; ask for less, or have its limit raised"]);
        _tree.Change(Tree.Put("/team/in/c")).Result.Problems.ShouldBe(["Group /team may have 3 instances and would have 5; ask for less, or have its limit raised"]);
        _tree.Change(Tree.Put("/other/b", instances: 10)).Accepted.ShouldBeTrue();
        var shrink = _tree.Change(Tree.Put("/team/a", instances: 2));
        shrink.Accepted.ShouldBeTrue();
        // The way back is always open.
        _tree.Revert(shrink.Result.DeploymentId).Accepted.ShouldBeTrue();
    }

    /// <summary>Random changes, reverts, stops and ends, with restarts between any two.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_done_the_kept_items_are_the_tree_locks_are_of_running_deployments_and_every_version_can_be_seen_again(int seed)
    {
        string[] paths = ["/a", "/g/a", "/g/b", "/g/h/a"];
        var chance = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var tree = new Tree();
            var seen = new Dictionary<string, (string[] Apps, string[] Groups)>();
            for (var step = 0; step < 40; step++)
            {
                var (one, two, instances, force) = (paths[chance.Next(4)], paths[chance.Next(4)], chance.Next(1, 4), chance.Next(2) == 0);
                var running = tree.Ledger.DeploymentOrder;
                switch (chance.Next(10))
                {
                    case < 4:
                        tree.Make(new() { Apps = one == two ? [Tree.Put(one, $"{instances}")] : [Tree.Put(one, $"{instances}"), Tree.Put(two, instances: instances)], Force = force });
                        break;
                    case < 6:
                        tree.Make(new() { Apps = [Tree.Remove(one)], Force = force });
                        break;
                    case 6 when running.Count > 0:
                        tree.Revert(running[instances % running.Count]);
                        break;
                    case 7 when running.Count > 0:
                        tree.Stop(running[instances % running.Count]);
                        break;
                    case 8:
                        tree.End();
                        break;
                    default:
                        Same(tree);
                        break;
                }
                if (tree.Ledger.Version.Length > 0)
                    seen[tree.Ledger.Version] = Shown(tree.Ledger.Apps.ToDictionary(pair => pair.Key, pair => pair.Value.Version), tree.Ledger.Groups.Keys);
                tree.Ledger.Locks.Values.Distinct().Order().ShouldBe(tree.Ledger.Deployments.Keys.Order());
                foreach (var (id, start) in tree.Ledger.Deployments)
                    GroupLedger.AppsOf(start).ShouldAllBe(held => tree.Ledger.Locks[held] == id);
            }
            Same(tree);
            foreach (var (version, was) in seen)
            {
                var then = TreeHistory.At(tree.Ledger, version).ShouldNotBeNull().Tree;
                var shown = Shown(then.Apps, then.Groups.Keys);
                shown.Apps.ShouldBe(was.Apps);
                shown.Groups.ShouldBe(was.Groups);
            }
        }
    }

    private static (string[] Apps, string[] Groups) Shown(IEnumerable<KeyValuePair<string, string>> apps, IEnumerable<string> groups) =>
        ([.. apps.Select(app => $"{app.Key} {app.Value}").Order(StringComparer.Ordinal)], [.. groups.Order(StringComparer.Ordinal)]);

    private static void Same(Tree tree)
    {
        var before = tree.Ledger;
        tree.Restart();
        tree.Ledger.Apps.ShouldBe(before.Apps, ignoreOrder: true);
        tree.Ledger.Groups.ShouldBe(before.Groups, ignoreOrder: true);
        tree.Ledger.DeploymentOrder.ShouldBe(before.DeploymentOrder);
        tree.Ledger.Locks.ShouldBe(before.Locks, ignoreOrder: true);
        tree.Ledger.Abandoned.ShouldBe(before.Abandoned, ignoreOrder: true);
        tree.Ledger.Revisions.ShouldBe(before.Revisions);
        tree.Ledger.ServicePorts.ShouldBe(before.ServicePorts, ignoreOrder: true);
        tree.Ledger.HasDependencies.ShouldBe(before.HasDependencies);
    }
}
