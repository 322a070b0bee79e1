using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Deployments;
using Platform.Core.Groups;
using Platform.Grains.Tests.Hosting;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Groups;

/// <summary>The gate, with apps that carry out nothing, so that deployments stay open.</summary>
public class GroupGrainTests
{
    private static AppSpec App(string id, int instances = 1, string cmd = "sleep", params string[] dependencies) =>
        new() { Id = id, Cmd = cmd, Instances = instances, Dependencies = [.. dependencies] };

    private static AppChange Put(AppSpec spec, string? expected = null) => new() { AppId = spec.Id, Spec = spec, ExpectedVersion = expected };

    private static Task<GrainTestHost> StartAsync(OwnerRecorder apps, int maxDeployments = 100) => ControlPlaneHost.StartAsync(
        options => options.Groups.MaxRunningDeployments = maxDeployments,
        services => services.AddSingleton<IIncomingGrainCallFilter>(apps));

    private static IGroupGrain Gate(GrainTestHost host) => host.GetGrain<IGroupGrain>("/");

    private static async Task EndAsync(GrainTestHost host, OwnerRecorder apps, int actions)
    {
        // An order is repeated after a while, and a slow machine may see that: each counts once.
        var ended = new HashSet<(string, string, DeploymentActionKind)>();
        while (ended.Count < actions)
            ended.Add(await EndNextAsync(host, apps, CancellationToken.None));
    }

    private static async Task<(string, string, DeploymentActionKind)> EndNextAsync(GrainTestHost host, OwnerRecorder apps, CancellationToken cancellation)
    {
        var (appId, order, _) = await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync), cancellation: cancellation);
        await host.GetGrain<IDeploymentGrain>(order.DeploymentId).ActionEndedAsync(appId, order.Kind, null);
        return (appId, order.DeploymentId, order.Kind);
    }

    private static async Task IdleAsync(GrainTestHost host, OwnerRecorder apps, EventRecorder events, ChangeResult result)
    {
        // As apps do: an order that is repeated is answered again, because the deployment may have begun anew meanwhile.
        using var over = new CancellationTokenSource();
        var answers = Task.Run(async () =>
        {
            while (true)
                await EndNextAsync(host, apps, over.Token);
        });
        await events.NextAsync("deployment_success", json => json.Contains(result.DeploymentId, StringComparison.Ordinal));
        await over.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(answers);
        (await Gate(host).GetDeploymentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_second_change_of_an_app_is_refused_until_the_first_deployment_has_ended()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var first = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web"))] });

        var second = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 2))] });
        var other = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/other", 0))] });

        second.Outcome.ShouldBe(ChangeOutcome.Locked);
        second.Conflicts.ToArray().ShouldBe([first.DeploymentId]);
        other.Outcome.ShouldBe(ChangeOutcome.Accepted);
        await events.NextAsync("group_change_success", json => json.Contains(first.Version, StringComparison.Ordinal));
        await events.NextAsync("group_change_failed", json => json.Contains(first.DeploymentId, StringComparison.Ordinal));
        // Start and scale of each of the two apps.
        await EndAsync(host, apps, 4);
        await IdleAsync(host, apps, events, first);
        (await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 2))] })).Outcome.ShouldBe(ChangeOutcome.Accepted);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_ends_with_success_at_once()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var first = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web"))] });
        await IdleAsync(host, apps, events, first);

        var again = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web"))] });

        again.Outcome.ShouldBe(ChangeOutcome.Accepted);
        await events.NextAsync("deployment_success", json => json.Contains(again.DeploymentId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Force_takes_the_place_of_the_deployment_that_holds_the_app()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var first = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web"))] });

        var second = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 2, "other"))], Force = true });

        second.Outcome.ShouldBe(ChangeOutcome.Accepted);
        (await Gate(host).GetDeploymentsAsync()).ToArray().ShouldBe([second.DeploymentId]);
        await events.NextAsync("deployment_failed", json => json.Contains(first.DeploymentId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Versions_grow_and_never_repeat_for_an_app()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var versions = new List<string>();
        for (var i = 0; i < 20; i++)
            versions.Add((await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", i))], Force = true })).Version);

        versions.ShouldBe(versions.Order(StringComparer.Ordinal));
        versions.Distinct().Count().ShouldBe(20);
        (await Gate(host).GetVersionsAsync()).ToArray().ShouldBe(versions);
    }

    [Fact]
    public async Task What_is_expected_of_an_app_must_be_so()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var first = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web"))] });

        (await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web"), "")] })).Outcome.ShouldBe(ChangeOutcome.Exists);
        (await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3), "2000-01-01T00:00:00.000Z")], Force = true })).Outcome.ShouldBe(ChangeOutcome.VersionConflict);
        (await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3), first.Version)], Force = true })).Outcome.ShouldBe(ChangeOutcome.Accepted);
        (await Gate(host).ChangeAsync(new() { Apps = [new() { AppId = "/none", Kind = AppChangeKind.Restart }] })).Outcome.ShouldBe(ChangeOutcome.NotFound);
        (await Gate(host).ChangeAsync(new() { Groups = [new() { Path = "/none", Remove = true }] })).Outcome.ShouldBe(ChangeOutcome.NotFound);
    }

    [Fact]
    public async Task An_app_and_a_group_cannot_share_a_path_and_dependencies_cannot_run_in_a_circle()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        await Gate(host).ChangeAsync(new() { Apps = [Put(App("/a/b"))] });

        var onGroup = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/a"))] });
        var belowApp = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/a/b/c"))] });
        var circle = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/x", 1, "sleep", "/y")), Put(App("/y", 1, "sleep", "/x"))] });
        var full = await Gate(host).ChangeAsync(new() { Groups = [new() { Path = "/a", Remove = true }] });

        onGroup.Problems.ToArray().ShouldBe(["Groups and Applications may not have the same identifier: /a"]);
        belowApp.Problems.ToArray().ShouldBe(["Groups and Applications may not have the same identifier: /a/b"]);
        circle.Problems.ToArray().ShouldBe(["Dependency graph has cyclic dependencies: /x, /y"]);
        full.Problems.ToArray().ShouldBe(["The group /a is not empty: /a/b is in it"]);
        new[] { onGroup, belowApp, circle, full }.ShouldAllBe(result => result.Outcome == ChangeOutcome.Invalid);
        (await Gate(host).GetAsync())!.Apps.Keys.ShouldBe(["/a/b"]);
    }

    [Fact]
    public async Task Only_so_many_deployments_run_at_the_same_time()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps, maxDeployments: 2);
        await Gate(host).ChangeAsync(new() { Apps = [Put(App("/1"))] });
        await Gate(host).ChangeAsync(new() { Apps = [Put(App("/2"))] });

        (await Gate(host).ChangeAsync(new() { Apps = [Put(App("/3"))] })).Outcome.ShouldBe(ChangeOutcome.TooManyDeployments);
        (await Gate(host).ChangeAsync(new() { Apps = [Put(App("/2", 5))], Force = true })).Outcome.ShouldBe(ChangeOutcome.Accepted);
    }

    [Fact]
    public async Task A_dry_run_tells_the_steps_and_changes_nothing()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);

        var result = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/db")), Put(App("/web", 1, "sleep", "/db"))], DryRun = true });

        result.Plan!.Steps.Select(step => string.Join(" ", step.Actions.Select(action => $"{action.Kind}{action.AppId}")))
            .ShouldBe(["Start/db Start/web", "Scale/db", "Scale/web"]);
        (await Gate(host).GetAsync())!.Apps.ShouldBeEmpty();
        (await Gate(host).GetDeploymentsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_tree_at_an_older_version_is_rebuilt_with_removed_apps()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var first = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/g/a")), Put(App("/g/b", 2))] });
        var second = await Gate(host).ChangeAsync(new() { Apps = [new() { AppId = "/g/b", Kind = AppChangeKind.Remove }, Put(App("/c"))], Force = true });

        await host.CrashAsync();

        var old = (await Gate(host).GetAsync(first.Version))!;
        old.Apps.Keys.ShouldBe(["/g/a", "/g/b"]);
        old.Groups.Keys.ShouldBe(["/", "/g"]);
        (await Gate(host).GetAsync())!.Apps.Keys.ShouldBe(["/c", "/g/a"]);
        (await Gate(host).GetAsync())!.Version.ShouldBe(second.Version);
        var definitions = (await Gate(host).GetAppsAsync("/g", first.Version))!.Value;
        definitions["/g/b"].Spec.Instances.ShouldBe(2);
        (await Gate(host).GetAsync("1999-01-01T00:00:00.000Z")).ShouldBeNull();
    }

    [Fact]
    public async Task A_canceled_deployment_is_led_back_to_the_definitions_that_stood_before()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var first = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3))] });
        await IdleAsync(host, apps, events, first);
        var second = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3, "bad")), Put(App("/new/app"))] });

        var back = (await Gate(host).CancelAsync(second.DeploymentId, force: false))!;

        back.Outcome.ShouldBe(ChangeOutcome.Accepted);
        back.DeploymentId.ShouldNotBe(second.DeploymentId);
        back.Plan!.Steps.SelectMany(step => step.Actions).ShouldBe([new(DeploymentActionKind.Stop, "/new/app"), new(DeploymentActionKind.Restart, "/web")]);
        var definition = (await Gate(host).GetAppsAsync("/"))!.Value["/web"];
        definition.Version.ShouldBe(first.Version);
        definition.Spec.Cmd.ShouldBe("sleep");
        (await Gate(host).GetAsync())!.Groups.Keys.ShouldBe(["/"]);
        (await Gate(host).CancelAsync("none", force: true)).ShouldBeNull();
    }

    [Fact]
    public async Task A_failed_action_fails_the_deployment_and_leads_back_by_itself()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        var first = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3))] });
        await IdleAsync(host, apps, events, first);
        var second = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3, "bad"))] });
        var (_, order, _) = await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync), (_, order) => order.DeploymentId == second.DeploymentId);

        await host.GetGrain<IDeploymentGrain>(order.DeploymentId).ActionEndedAsync("/web", order.Kind, "no progress for 60 s");

        await events.NextAsync("deployment_step_failure");
        await events.NextAsync("deployment_failed", json => json.Contains(second.DeploymentId, StringComparison.Ordinal) && json.Contains("no progress for 60 s", StringComparison.Ordinal));
        var (_, back, _) = await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync), (_, order) => order.DeploymentId != first.DeploymentId && order.DeploymentId != second.DeploymentId);
        back.Kind.ShouldBe(DeploymentActionKind.Restart);
        back.Target!.Version.ShouldBe(first.Version);
    }

    [Fact]
    public async Task A_running_deployment_goes_on_after_a_crash_with_the_step_it_had_reached()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var result = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3))] });
        var told = DeploymentActionKind.Start;
        while (told == DeploymentActionKind.Start)
        {
            (_, var current, _) = await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync));
            told = current.Kind;
            if (told == DeploymentActionKind.Start)
                await host.GetGrain<IDeploymentGrain>(result.DeploymentId).ActionEndedAsync("/web", told, null);
        }

        await host.CrashAsync();

        var (appId, order, _) = await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync));
        (appId, order.Kind, order.DeploymentId).ShouldBe(("/web", DeploymentActionKind.Scale, result.DeploymentId));
        var events = await EventRecorder.StartAsync(host.GrainFactory);
        await host.GetGrain<IDeploymentGrain>(result.DeploymentId).ActionEndedAsync("/web", DeploymentActionKind.Scale, null);
        await IdleAsync(host, apps, events, result);
    }

    [Fact]
    public async Task An_order_whose_end_is_not_told_is_repeated()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3))] });

        var (_, first, _) = await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync));
        var (_, again, _) = await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync));

        again.ShouldBe(first);
    }

    [Fact]
    public async Task A_paused_deployment_abandons_its_actions_and_orders_them_again_when_it_is_resumed()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps);
        var result = await Gate(host).ChangeAsync(new() { Apps = [Put(App("/web", 3))] });
        await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync));
        var deployment = host.GetGrain<IDeploymentGrain>(result.DeploymentId);

        (await deployment.PauseAsync()).ShouldBeTrue();
        (await apps.NextAsync<string>(nameof(IAppGrain.AbandonAsync))).Argument.ShouldBe(result.DeploymentId);
        (await deployment.GetStatusAsync())!.Paused.ShouldBeTrue();
        (await deployment.ResumeAsync()).ShouldBeTrue();

        (await apps.NextAsync<AppOrder>(nameof(IAppGrain.ExecuteAsync))).Argument.DeploymentId.ShouldBe(result.DeploymentId);
        (await deployment.GetStatusAsync())!.Paused.ShouldBeFalse();
    }

    [Fact]
    public async Task A_thousand_changes_at_once_are_all_recorded()
    {
        var apps = new OwnerRecorder();
        await using var host = await StartAsync(apps, maxDeployments: 2000);

        var results = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Gate(host).ChangeAsync(new() { Apps = [Put(App($"/load/app-{i}"))] })));

        results.ShouldAllBe(result => result.Outcome == ChangeOutcome.Accepted);
        await host.CrashAsync();
        (await Gate(host).GetAsync())!.Apps.Count.ShouldBe(1000);
        (await Gate(host).GetDeploymentsAsync()).Count.ShouldBe(1000);
    }
}
