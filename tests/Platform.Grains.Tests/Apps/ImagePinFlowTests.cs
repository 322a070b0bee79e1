using Platform.Core.Apps;
using Platform.Core.Jobs;
using Platform.Core.Tasks;
using Platform.Grains.Startup;
using Platform.Grains.Tests.Jobs;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Apps;

/// <summary>Instances that are launched together run the same bytes, whatever their tag means when each agent looks.</summary>
public sealed class ImagePinFlowTests
{
    private const string First = "sha256:aaaa";
    private const string Second = "sha256:bbbb";

    private static readonly AppSpec Spec = new()
    {
        Id = "/web",
        Cmd = "sleep 1000",
        Cpus = 0.1,
        Mem = 32,
        Instances = 4,
        Container = new() { Type = "DOCKER", Docker = new() { Image = "web:1" } },
    };

    [Fact]
    public async Task Of_those_that_start_together_one_finds_out_the_image_and_the_others_are_told()
    {
        await using var cluster = await StartAsync();
        var change = cluster.PutAsync(Spec);
        await cluster.UntilAsync("/web", app => app.Instances.Count == 4 && Launched(cluster).Count > 0, "all have places and one is launched");
        var (agent, finder) = Launched(cluster).ShouldHaveSingleItem();
        await agent.ReportAsync(finder, TaskState.Starting, update => update with { Image = $"web:1@{First}" });
        await AppFixture.UntilAsync(() => Task.FromResult(Launched(cluster).Count == 4), "the others are launched");

        Digests(cluster).Order().ShouldBe([null, First, First, First]);
        await RunAllAsync(cluster);
        AppFixture.AllRun(await cluster.WaitForDeploymentAsync("/web", change), 4).ShouldBeTrue();
    }

    [Fact]
    public async Task One_that_fails_before_it_has_found_out_the_image_leaves_that_to_the_next()
    {
        await using var cluster = await StartAsync();
        await cluster.PutAsync(Spec);
        await AppFixture.UntilAsync(() => Task.FromResult(Launched(cluster).Count == 1), "one is launched");
        var (agent, finder) = Launched(cluster)[0];
        await agent.ReportAsync(finder, TaskState.Failed, update => update with { Message = "no space left on device" });
        await AppFixture.UntilAsync(() => Task.FromResult(Launched(cluster).Count == 2), "another one is launched");
        var (other, next) = Launched(cluster).Single(launch => launch.TaskId != finder);
        await other.ReportAsync(next, TaskState.Starting, update => update with { Image = $"web:1@{First}" });
        await AppFixture.UntilAsync(() => Task.FromResult(Launched(cluster).Count >= 4), "the others are launched");

        Digests(cluster).Count(digest => digest is null).ShouldBe(2);
    }

    [Fact]
    public async Task One_that_runs_without_a_word_of_its_image_holds_back_nobody()
    {
        await using var cluster = await StartAsync(options => options.Ownership.LongestHold = TimeSpan.FromMinutes(10));
        foreach (var agent in cluster.Agents)
            agent.OnLaunch = _ => TaskState.Running;
        AppFixture.AllRun(await cluster.PutAndWaitAsync(Spec), 4).ShouldBeTrue();
    }

    [Fact]
    public async Task Those_that_have_waited_too_long_look_by_themselves_and_one_that_finds_another_image_is_replaced()
    {
        await using var cluster = await StartAsync(options => options.Ownership.LongestHold = TimeSpan.FromMilliseconds(50));
        var change = cluster.PutAsync(Spec);
        await AppFixture.UntilAsync(() => Task.FromResult(Launched(cluster).Count == 4), "nobody waits any more");
        var all = Launched(cluster).ToList();
        Digests(cluster).ShouldAllBe(digest => digest == null);
        for (var i = 0; i < all.Count; i++)
        {
            var image = i == 2 ? Second : First;
            await all[i].Agent.ReportAsync(all[i].TaskId, TaskState.Starting, update => update with { Image = $"web:1@{image}" });
        }
        await AppFixture.UntilAsync(() => Task.FromResult(Launched(cluster).Count == 5), "the third one is replaced");
        var replacement = Launched(cluster).Single(launch => !all.Contains(launch));
        replacement.Agent.Specs[replacement.TaskId].Image!.Digest.ShouldBe(First);
        await RunAllAsync(cluster);

        var status = await cluster.WaitForDeploymentAsync("/web", change);
        AppFixture.AllRun(status, 4).ShouldBeTrue();
        status.Instances.ShouldNotContain(instance => instance.TaskId == all[2].TaskId);
        status.Failures.ShouldBeEmpty("nobody has failed");
    }

    [Fact]
    public async Task What_was_held_back_when_the_control_plane_died_runs_after_all()
    {
        await using var cluster = await StartAsync();
        await cluster.PutAsync(Spec);
        await cluster.UntilAsync("/web", app => app.Instances.Count == 4 && Launched(cluster).Count > 0, "all have places and one is launched");
        var (agent, finder) = Launched(cluster).ShouldHaveSingleItem();

        await cluster.Host.CrashAsync();
        foreach (var other in cluster.Agents)
            await other.DialAsync();
        await agent.ReportAsync(finder, TaskState.Running, update => update with { Image = $"web:1@{First}" });
        foreach (var other in cluster.Agents)
            other.OnLaunch = _ => TaskState.Running;
        await RunAllAsync(cluster);

        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 4), "all run");
    }

    [Fact]
    public async Task Those_that_are_not_wanted_any_more_while_they_wait_are_given_up()
    {
        await using var cluster = await StartAsync(options => options.Ownership.LongestHold = TimeSpan.FromMinutes(10));
        await cluster.PutAsync(Spec);
        await cluster.UntilAsync("/web", app => app.Instances.Count == 4 && Launched(cluster).Count > 0, "all have places and one is launched");
        await cluster.PutAsync(Spec with { Instances = 1 }, force: true);
        await cluster.UntilAsync("/web", app => app.Instances.Count == 1, "three are given up");
        Launched(cluster).Count.ShouldBeLessThanOrEqualTo(1 + 1);
    }

    [Fact]
    public async Task Tasks_of_a_run_start_with_the_image_that_the_first_one_finds_out()
    {
        // A launch that is held back is not stored: an activation that ends meanwhile gives its task up, and begins another one in its place.
        await using var fixture = await JobFixture.StartAsync(agents: 0, RandomDeactivation.LeaveOut);
        var agent = await AddAsync(fixture.Cluster, "agent0");
        var spec = JobFixture.Spec("many");
        var job = await fixture.PutAsync(spec with
        {
            Array = new(0, 3),
            Task = spec.Task with { Image = new() { Containerizer = "docker", Reference = "web:1", ForcePull = true } },
        });
        var run = (await job.StartAsync(default, default))!.Run;
        await fixture.UntilAsync("many", run.RunId, status => status.Tasks.Count == 4 && status.Tasks.All(task => task.AgentId is not null) && agent.Launches.Count > 0, "all have places");
        await agent.ReportAsync(agent.Launches.ShouldHaveSingleItem(), TaskState.Starting, update => update with { Image = $"web:1@{First}" });
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Launches.Count == 4), "the others are launched");
        Digests(fixture.Cluster).Order().ShouldBe([null, First, First, First]);

        // One that looked by itself before the word came, as after a crash, begins again.
        var odd = agent.Launches.Last();
        await agent.ReportAsync(odd, TaskState.Starting, update => update with { Image = $"web:1@{Second}" });
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Launches.Count == 5), "it begins again");
        agent.Specs[agent.Launches.Last()].Image!.Digest.ShouldBe(First);
        foreach (var task in agent.Launches.Where(task => task != odd))
            await agent.ReportAsync(task, TaskState.Finished);
        var done = await fixture.UntilAsync("many", run.RunId, status => status.Run.Phase == RunPhase.Succeeded, "it succeeds");
        done.Run.Failed.ShouldBe(0);
    }

    private static async Task<AppFixture> StartAsync(Action<PlatformGrainsOptions>? configure = null)
    {
        var cluster = await AppFixture.StartAsync(agents: 0, configure);
        await AddAsync(cluster, "agent0");
        await AddAsync(cluster, "agent1");
        return cluster;
    }

    private static async Task<ScriptedAgent> AddAsync(AppFixture cluster, string id)
    {
        var agent = await cluster.AddAgentAsync(id, registration => registration with { Containerizers = ["process", "docker"] });
        agent.OnLaunch = _ => TaskState.Staging;
        return agent;
    }

    private static List<(ScriptedAgent Agent, string TaskId)> Launched(AppFixture cluster) => [.. cluster.Agents.SelectMany(agent => agent.Launches.Select(task => (agent, task)))];

    private static IEnumerable<string?> Digests(AppFixture cluster) => Launched(cluster).Select(launch => launch.Agent.Specs[launch.TaskId].Image!.Digest);

    private static async Task RunAllAsync(AppFixture cluster)
    {
        foreach (var (agent, task) in Launched(cluster))
        {
            if (agent.Reports.FirstOrDefault(report => report.Status.TaskId == task)?.Status is { State: TaskState.Staging or TaskState.Starting } status)
                await agent.ReportAsync(task, TaskState.Running, update => update with { Image = status.Image });
        }
    }
}
