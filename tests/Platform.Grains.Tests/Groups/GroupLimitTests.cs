using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Pods;
using Platform.Grains.Tests.Hosting;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Groups;

/// <summary>The gate and limits of groups, with apps that carry out nothing.</summary>
public sealed class GroupLimitTests
{
    private static AppSpec App(string id, int instances = 1) => new() { Id = id, Cmd = "sleep", Instances = instances, Cpus = 0.5, Mem = 64, Disk = 10 };

    private static ChangeSet Put(params AppSpec[] specs) => new() { Apps = [.. specs.Select(spec => new AppChange { AppId = spec.Id, Spec = spec, IsPod = spec.Pod is not null })], Force = true };

    private static Task<GrainTestHost> StartAsync() => ControlPlaneHost.StartAsync(services: services => services.AddSingleton<IIncomingGrainCallFilter>(new OwnerRecorder()));

    private static IGroupGrain Gate(GrainTestHost host) => host.GetGrain<IGroupGrain>("/");

    [Fact]
    public async Task Of_many_creations_at_once_only_as_many_pass_as_the_limit_lets()
    {
        await using var host = await StartAsync();
        await Gate(host).SetLimitAsync("/shop", new() { Apps = 7 });

        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Gate(host).ChangeAsync(Put(App($"/shop/a{i}")))));

        results.Count(result => result.Outcome == ChangeOutcome.Accepted).ShouldBe(7);
        results.Where(result => result.Outcome != ChangeOutcome.Accepted).ShouldAllBe(
            result => result.Outcome == ChangeOutcome.Invalid && result.Problems.Count == 1 && result.Problems[0] == "Group /shop may have 7 apps and pods and would have 8; ask for less, or have its limit raised");
        (await Gate(host).GetLimitsAsync())["/shop"].Used.Apps.ShouldBe(7);
    }

    [Fact]
    public async Task Every_limit_that_a_change_goes_beyond_is_told_those_of_the_groups_above_too()
    {
        await using var host = await StartAsync();
        await Gate(host).SetLimitAsync("/", new() { Instances = 3 });
        await Gate(host).SetLimitAsync("/shop", new() { Cpus = 1, Mem = 100, Disk = 1000 });
        await Gate(host).SetLimitAsync("/shop/api", new() { Apps = 0 });
        await Gate(host).SetLimitAsync("/bank", new() { Apps = 0 });

        var refused = await Gate(host).ChangeAsync(Put(App("/shop/api/v1", 2), App("/shop/web", 2)));

        // Cpus: 4 * 0.5; memory: 4 * 64. /bank has nothing to do with it, and 40 MB of disk are within.
        refused.Problems.ToArray().ShouldBe(
        [
            "Group / may have 3 instances and would have 4; ask for less, or have its limit raised",
            "Group /shop may have 1 cpus and would have 2; ask for less, or have its limit raised",
            "Group /shop may have 100 MB of memory and would have 256; ask for less, or have its limit raised",
            "Group /shop/api may have 0 apps and pods and would have 1; ask for less, or have its limit raised",
        ]);
        (await Gate(host).ChangeAsync(Put(App("/other/web", 3)))).Outcome.ShouldBe(ChangeOutcome.Accepted);
        (await Gate(host).ChangeAsync(Put(App("/other/web", 4)))).Outcome.ShouldBe(ChangeOutcome.Invalid);
        // A dry run says the same, and changes nothing.
        (await Gate(host).ChangeAsync(Put(App("/other/web", 4)) with { DryRun = true })).Problems.ToArray().ShouldBe(["Group / may have 3 instances and would have 4; ask for less, or have its limit raised"]);
    }

    [Fact]
    public async Task What_is_beyond_a_limit_that_came_later_stays_and_may_become_less()
    {
        await using var host = await StartAsync();
        await Gate(host).ChangeAsync(Put(App("/shop/web", 5), App("/shop/api", 5)));
        await Gate(host).SetLimitAsync("/shop", new() { Instances = 4 });

        (await Gate(host).ChangeAsync(Put(App("/shop/web", 6)))).Outcome.ShouldBe(ChangeOutcome.Invalid);
        (await Gate(host).ChangeAsync(Put(App("/shop/web", 4)))).Outcome.ShouldBe(ChangeOutcome.Accepted);
        (await Gate(host).ChangeAsync(Put(App("/shop/web", 4) with { Cmd = "other" }))).Outcome.ShouldBe(ChangeOutcome.Accepted);
        (await Gate(host).ChangeAsync(new() { Apps = [new() { AppId = "/shop/web", Kind = AppChangeKind.Restart }], Force = true })).Outcome.ShouldBe(ChangeOutcome.Accepted);
        // What one gives up, another may have within one change.
        (await Gate(host).ChangeAsync(Put(App("/shop/web", 0), App("/shop/api", 4)))).Outcome.ShouldBe(ChangeOutcome.Accepted);
        (await Gate(host).ChangeAsync(Put(App("/shop/web", 1), App("/shop/api", 3)))).Outcome.ShouldBe(ChangeOutcome.Accepted);
    }

    [Fact]
    public async Task The_way_back_from_a_deployment_is_open_and_limits_survive_a_crash()
    {
        await using var host = await StartAsync();
        await Gate(host).ChangeAsync(Put(App("/shop/web", 5)));
        var less = await Gate(host).ChangeAsync(Put(App("/shop/web", 1)));
        await Gate(host).SetLimitAsync("/shop", new() { Instances = 1, Cpus = 0.5 });

        (await Gate(host).CancelAsync(less.DeploymentId, force: false))!.Outcome.ShouldBe(ChangeOutcome.Accepted);
        await host.CrashAsync();

        var limit = (await Gate(host).GetLimitsAsync())["/shop"];
        limit.Limit.ShouldBe(new GroupLimit { Instances = 1, Cpus = 0.5 });
        (limit.Used.Instances, limit.Used.Cpus).ShouldBe((5, 2.5m));
        await Gate(host).SetLimitAsync("/shop", null);
        (await Gate(host).ChangeAsync(Put(App("/shop/web", 9)))).Outcome.ShouldBe(ChangeOutcome.Accepted);
    }

    [Fact]
    public async Task A_pod_counts_with_all_its_containers_and_an_app_that_scales_itself_with_the_most_it_may_have()
    {
        await using var host = await StartAsync();
        await Gate(host).SetLimitAsync("/", new() { Cpus = 100 });
        var pod = new AppSpec
        {
            Id = "/pod", Instances = 2, Pod = new PodSpec { Containers = [new() { Name = "a", Cpus = 0.1, Mem = 10, Gpus = 1 }, new() { Name = "b", Cpus = 0.2, Mem = 20, Disk = 5 }] },
        };
        await Gate(host).ChangeAsync(Put(pod));
        (await Gate(host).GetLimitsAsync())["/"].Used.ShouldBe(new GroupUse(1, 2, 0.6m, 60, 10, 2));

        await Gate(host).ChangeAsync(Put(App("/scaled") with { Extension = new() { Autoscaling = new() { Min = 1, Max = 8, Targets = [new() { Metric = "cpu", Value = 1 }] } } }));
        (await Gate(host).GetLimitsAsync())["/"].Used.ShouldBe(new GroupUse(2, 10, 4.6m, 572, 90, 2));
    }
}
