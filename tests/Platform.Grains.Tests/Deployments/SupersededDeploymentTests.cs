using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Deployments;
using Platform.Core.Groups;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Deployments;

/// <summary>Changes that take the place of others while those are under way. At rest what the tree says is what runs, and nothing of what gave way is left.</summary>
public class SupersededDeploymentTests
{
    private static AppSpec App(string id, int number, int instances = 1) => new()
    {
        Id = id,
        Cmd = "sleep 1000",
        Cpus = 0.01,
        Mem = 8,
        Instances = instances,
        BackoffSeconds = 0.01,
        MaxLaunchDelaySeconds = 0.05,
        Env = new Dictionary<string, EnvValue> { ["N"] = new() { Text = number.ToString(CultureInfo.InvariantCulture) } }.ToValueMap(),
    };

    private static AppChange Put(AppSpec spec) => new() { AppId = spec.Id, Kind = AppChangeKind.Put, Spec = spec };

    private static AppChange Remove(string id) => new() { AppId = id, Kind = AppChangeKind.Remove };

    private static ChangeSet Force(params AppChange[] changes) => new() { Apps = [.. changes], Force = true };

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Of_changes_that_come_at_once_the_last_accepted_is_what_runs(int clients)
    {
        await using var cluster = await StartAsync(clients);
        await cluster.PutAndWaitAsync(App("/x", 0));
        for (var round = 1; round <= 3; round++)
        {
            var results = await Task.WhenAll(Enumerable.Range(1, clients).Select(i => Task.Run(() => cluster.Root.ChangeAsync(Force(Put(App("/x", (round * 100) + i)))))));
            results.ShouldAllBe(result => result.Outcome == ChangeOutcome.Accepted);
            await AgreeAsync(cluster);
        }
    }

    [Fact]
    public async Task What_a_superseded_change_of_a_group_was_to_do_with_other_apps_is_carried_on()
    {
        await using var cluster = await StartAsync(1);
        foreach (var agent in cluster.Agents)
            agent.OnLaunch = task => task.Environment["N"] == "1" ? TaskState.Staging : TaskState.Running;
        await cluster.PutAndWaitAsync(App("/g/a", 0));
        await cluster.PutAndWaitAsync(App("/g/b", 0));
        await cluster.PutAndWaitAsync(App("/g/gone", 0));
        // Instances with N=1 do not come up, so it waits; b is the same in both.
        await cluster.Root.ChangeAsync(Force(Put(App("/g/a", 1)), Put(App("/g/b", 2)), Put(App("/g/c", 2)), Remove("/g/gone")));

        var second = await cluster.Root.ChangeAsync(Force(Put(App("/g/a", 3)), Put(App("/g/b", 2))));

        second.Plan!.Steps.SelectMany(step => step.Actions).Select(action => action.AppId).ShouldBe(["/g/a", "/g/b"], ignoreOrder: true);
        await AgreeAsync(cluster);
        (await cluster.Root.GetAppsAsync("/"))!.Value.Keys.ShouldBe(["/g/a", "/g/b", "/g/c"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_app_that_is_made_anew_before_it_was_removed_keeps_none_of_its_instances()
    {
        await using var cluster = await StartAsync(1);
        await cluster.PutAndWaitAsync(App("/x", 0, instances: 3));
        // A kill that gets lost is sent again, whatever was decided in between.
        foreach (var agent in cluster.Agents)
            agent.IgnoresKills = true;
        await cluster.Root.ChangeAsync(Force(Remove("/x")));
        await cluster.Root.ChangeAsync(Force(Put(App("/x", 1, instances: 2))));
        foreach (var agent in cluster.Agents)
            agent.IgnoresKills = false;
        await AgreeAsync(cluster);
    }

    [Fact]
    public async Task An_app_that_is_scaled_to_nothing_and_up_again_during_its_rollout_still_finishes_the_rollout()
    {
        await using var cluster = await StartAsync(1);
        await cluster.PutAndWaitAsync(App("/x", 0, instances: 2));
        // The old ones stay, and the new ones do not come up, so no deployment ends before the last one.
        foreach (var agent in cluster.Agents)
        {
            agent.IgnoresKills = true;
            agent.OnLaunch = _ => TaskState.Staging;
        }
        await cluster.Root.ChangeAsync(Force(Put(App("/x", 1, instances: 2))));
        await cluster.Root.ChangeAsync(Force(Put(App("/x", 1, instances: 0))));

        var last = await cluster.Root.ChangeAsync(Force(Put(App("/x", 1, instances: 2))));

        last.Plan!.Steps.SelectMany(step => step.Actions).Select(action => action.Kind).ShouldBe([DeploymentActionKind.Restart]);
        foreach (var agent in cluster.Agents)
        {
            agent.IgnoresKills = false;
            agent.OnLaunch = _ => TaskState.Running;
            foreach (var task in agent.Staged.ToList())
                await agent.ReportAsync(task, TaskState.Running);
        }
        await AgreeAsync(cluster);
    }

    [Fact]
    public async Task A_removal_that_is_stopped_still_ends_what_the_tree_does_not_show_any_more()
    {
        await using var cluster = await StartAsync(1);
        await cluster.PutAndWaitAsync(App("/x", 0, instances: 3));
        var removal = await cluster.Root.ChangeAsync(Force(Remove("/x")));

        await cluster.Root.CancelAsync(removal.DeploymentId, force: true);

        await AgreeAsync(cluster);
        cluster.Agents.SelectMany(agent => agent.Running).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_order_that_arrives_late_does_not_bring_back_an_app_that_was_removed_meanwhile()
    {
        var late = new LateOrder(DeploymentActionKind.Scale);
        await using var cluster = await StartAsync(services => services.AddSingleton<IIncomingGrainCallFilter>(late));
        cluster.Agents.ForEach(agent => agent.OnLaunch = _ => TaskState.Staging);
        var added = await cluster.Root.ChangeAsync(Force(Put(App("/x", 0))));
        await late.Held.WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var agent in cluster.Agents)
        {
            foreach (var task in agent.Staged.ToList())
                await agent.ReportAsync(task, TaskState.Running);
        }
        await cluster.UntilAsync("/x", app => !app.Deployments.AsEnumerable().Contains(added.DeploymentId), "the app has what it was ordered");

        // Whoever does not wait for the order ends the deployment within a second, and then removes the app within another.
        await Task.WhenAny(EndAsync(), Task.Delay(TimeSpan.FromSeconds(1)));
        var removal = cluster.Root.ChangeAsync(Force(Remove("/x")));
        await Task.WhenAny(EndAsync(), Task.Delay(TimeSpan.FromSeconds(1)));
        late.LetGo();
        (await removal).Outcome.ShouldBe(ChangeOutcome.Accepted);

        await AgreeAsync(cluster);
        cluster.Agents.SelectMany(agent => agent.Running).ShouldBeEmpty();

        Task EndAsync() => AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "no deployment runs");
    }

    [Fact]
    public async Task A_deployment_that_was_abandoned_before_it_began_never_begins()
    {
        await using var cluster = await StartAsync(1);
        await cluster.PutAndWaitAsync(App("/x", 0));
        var version = (await cluster.Root.GetAppsAsync("/x"))!.Value["/x"];
        var deployment = cluster.Host.GetGrain<IDeploymentGrain>("late");

        await deployment.AbandonAsync("superseded");
        await deployment.StartAsync(new()
        {
            Version = version.Version,
            Plan = new([new([new(DeploymentActionKind.Scale, "/x")])]),
            Targets = new Dictionary<string, AppVersion> { ["/x"] = version with { Spec = App("/x", 9) } }.ToValueMap(),
        });

        (await deployment.GetStatusAsync()).ShouldBeNull();
        await AgreeAsync(cluster);
    }

    [Fact]
    public async Task An_order_that_is_older_than_what_the_app_has_seen_is_refused()
    {
        await using var cluster = await StartAsync(1);
        var first = await cluster.PutAndWaitAsync(App("/x", 0));
        await cluster.PutAndWaitAsync(App("/x", 1));

        await cluster.App("/x").ExecuteAsync(new()
        {
            DeploymentId = "old",
            Kind = DeploymentActionKind.Restart,
            Target = first.Target,
            Term = new(first.Target.Version, 1),
        });

        (await cluster.App("/x").GetStatusAsync())!.Target.Spec.Env["N"].ShouldBe(App("/x", 1).Env["N"]);
        await AgreeAsync(cluster);
    }

    /// <summary>Three, or as many as <c>PLATFORM_TEST_SUPERSEDE_SEEDS</c> says.</summary>
    public static TheoryData<int> Seeds => new(Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("PLATFORM_TEST_SUPERSEDE_SEEDS") ?? "3", CultureInfo.InvariantCulture)));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_several_clients_change_remove_scale_and_undo_and_whatever_crashes_the_tree_and_the_tasks_agree_at_rest(int seed)
    {
        await using var cluster = await StartAsync(seed);
        var number = 0;
        for (var round = 0; round < 3; round++)
        {
            var clients = Enumerable.Range(0, 4).Select(client => Task.Run(() => ActAsync(cluster, new Random((((seed * 31) + round) * 31) + client), () => Interlocked.Increment(ref number)))).ToList();
            if (round > 0)
            {
                await Task.Delay(new Random(seed + round).Next(100));
                await cluster.Host.CrashAsync();
                foreach (var agent in cluster.Agents)
                    await agent.DialAsync();
            }
            await Task.WhenAll(clients);
            await AgreeAsync(cluster);
        }
    }

    private static async Task ActAsync(AppFixture cluster, Random chance, Func<int> next)
    {
        string[] ids = ["/x", "/g/a", "/g/b"];
        for (var i = 0; i < 10; i++)
        {
            var id = ids[chance.Next(ids.Length)];
            try
            {
                switch (chance.Next(8))
                {
                    case 0:
                        await cluster.Root.ChangeAsync(Force(Remove(id)));
                        break;
                    case 1:
                        if ((await cluster.Root.GetDeploymentsAsync()) is { IsEmpty: false } running)
                            await cluster.Root.CancelAsync(running[chance.Next(running.Count)], force: false);
                        break;
                    case 2:
                        if ((await cluster.Root.GetAppsAsync(id))?.Find(id) is { } scaled)
                            await cluster.Root.ChangeAsync(Force(Put(scaled.Spec with { Instances = chance.Next(4) })));
                        break;
                    case 3:
                        await cluster.Root.ChangeAsync(Force(Put(App("/g/a", next(), 1)), Put(App("/g/b", next(), 2))));
                        break;
                    default:
                        await cluster.Root.ChangeAsync(Force(Put(App(id, next(), chance.Next(1, 3)))));
                        break;
                }
                if (chance.Next(3) == 0)
                    await Task.Delay(chance.Next(20));
            }
            catch (Exception exception) when (exception is not ShouldAssertException)
            {
                // The control plane is down; what it had accepted it has on record.
            }
        }
    }

    private static Task<AppFixture> StartAsync(int seed) => StartAsync(services => services.AddSingleton<IIncomingGrainCallFilter>(new RandomDelays(seed, 40)));

    private static Task<AppFixture> StartAsync(Action<IServiceCollection> services) =>
        AppFixture.StartAsync(agents: 2, options =>
        {
            options.Deployments.RepeatAfter = TimeSpan.FromSeconds(1);
            options.Ownership.KillRetry = TimeSpan.FromSeconds(1);
        }, services);

    private static async Task AgreeAsync(AppFixture cluster)
    {
        string? difference = null;
        try
        {
            await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "no deployment runs");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} {await DescribeAsync(cluster)}", exception);
        }
        try
        {
            await AppFixture.UntilAsync(async () => (difference = await DifferenceAsync(cluster)) is null, "the tree and the tasks agree");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} {difference}", exception);
        }
        // Nothing changes any more: what gave way would repeat its orders by now.
        var launches = cluster.Agents.Sum(agent => agent.Launches.Count);
        await Task.Delay(TimeSpan.FromSeconds(1.2));
        (await DifferenceAsync(cluster)).ShouldBeNull();
        cluster.Agents.Sum(agent => agent.Launches.Count).ShouldBe(launches);
        (await cluster.Root.GetDeploymentsAsync()).ShouldBeEmpty();
    }

    // What stands, for whoever looks for the reason.
    private static async Task<string> DescribeAsync(AppFixture cluster)
    {
        var lines = new List<string>();
        foreach (var id in (await cluster.Root.GetDeploymentsAsync()).ToList())
            lines.Add($"deployment {id}: {JsonSerializer.Serialize(await cluster.Host.GetGrain<IDeploymentGrain>(id).GetStatusAsync())}");
        foreach (var (id, _) in (await cluster.Root.GetAppsAsync("/"))!.Value)
            lines.Add($"app {id}: {JsonSerializer.Serialize(await cluster.App(id).GetStatusAsync())}");
        foreach (var agent in cluster.Agents)
            lines.Add($"agent {agent.Id}: runs {string.Join(' ', agent.Running)}; staged {string.Join(' ', agent.Staged)}");
        return string.Join(Environment.NewLine, lines);
    }

    private static async Task<string?> DifferenceAsync(AppFixture cluster)
    {
        var shown = new HashSet<string>();
        foreach (var (id, app) in (await cluster.Root.GetAppsAsync("/"))!.Value)
        {
            var instances = (await cluster.App(id).GetStatusAsync())?.Instances ?? default;
            if (instances.Count != app.Spec.Instances || instances.Any(instance => instance.State != TaskState.Running))
                return $"{id} has {instances.Count} of {app.Spec.Instances}";
            foreach (var instance in instances)
            {
                shown.Add(instance.TaskId);
                var spec = cluster.Agents.Select(agent => agent.Specs.GetValueOrDefault(instance.TaskId)).OfType<TaskSpec>().First();
                if (spec.Environment["N"] != app.Spec.Env["N"].Text)
                    return $"{id} runs {spec.Environment["N"]} and not {app.Spec.Env["N"].Text}";
            }
        }
        var running = cluster.Agents.SelectMany(agent => agent.Running).ToHashSet();
        return running.SetEquals(shown) ? null : $"{running.Except(shown).Count()} tasks belong to nothing";
    }
}
