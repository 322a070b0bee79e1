using Microsoft.Extensions.DependencyInjection;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Deployments;

/// <summary>Apps that depend on others of the same change.</summary>
public class DependencyTests
{
    private static readonly AppSpec Database = new() { Id = "/shop/db", Cmd = "sleep 1000", Cpus = 0.1, Mem = 16, Instances = 1 };

    private static readonly AppSpec Web = Database with { Id = "/shop/web", Instances = 2, Dependencies = ["/shop/db"] };

    [Fact]
    public async Task A_new_app_is_launched_only_when_what_it_depends_on_runs()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var agent = cluster.Agents[0];
        agent.OnLaunch = task => task.Environment["MARATHON_APP_ID"] == Database.Id ? TaskState.Staging : TaskState.Running;
        await cluster.Root.ChangeAsync(new() { Apps = [Put(Web), Put(Database)] });
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Staged.Any()), "the database is staged");

        var waiting = (await cluster.App(Web.Id).GetStatusAsync())!;
        waiting.Instances.ShouldBeEmpty();
        waiting.Queue.ShouldBeNull();
        waiting.Target.Spec.Instances.ShouldBe(2);

        await agent.ReportAsync(agent.Staged.Single(), TaskState.Running);
        await cluster.UntilAsync(Web.Id, app => AppFixture.AllRun(app, 2), "the app that depends on it runs");
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "no deployment runs");
    }

    [Fact]
    public async Task It_is_still_launched_after_a_crash_of_the_control_plane_and_not_before()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var agent = cluster.Agents[0];
        agent.OnLaunch = task => task.Environment["MARATHON_APP_ID"] == Database.Id ? TaskState.Staging : TaskState.Running;
        await cluster.Root.ChangeAsync(new() { Apps = [Put(Web), Put(Database)] });
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Staged.Any()), "the database is staged");

        await cluster.Host.CrashAsync();
        await agent.DialAsync();
        await AppFixture.UntilAsync(async () => !(await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the deployment goes on");
        (await cluster.App(Web.Id).GetStatusAsync())!.Instances.ShouldBeEmpty();

        await agent.ReportAsync(agent.Staged.Single(), TaskState.Running);
        await cluster.UntilAsync(Web.Id, app => AppFixture.AllRun(app, 2), "the app that depends on it runs");
    }

    [Fact]
    public async Task A_deployment_goes_on_that_lost_its_activation_before_its_start_was_answered()
    {
        var late = new LateAnswer();
        await using var cluster = await AppFixture.StartAsync(
            agents: 1,
            // Only what is under test may come to its help.
            options => (options.Deployments.RepeatAfter, options.Groups.ResumeInterval) = (TimeSpan.FromHours(1), TimeSpan.FromHours(1)),
            services => services.AddSingleton<IOutgoingGrainCallFilter>(late).AddSingleton<IIncomingGrainCallFilter>(late));
        var agent = cluster.Agents[0];
        agent.OnLaunch = task => task.Environment["MARATHON_APP_ID"] == Database.Id ? TaskState.Staging : TaskState.Running;
        var change = Task.Run(() => cluster.Root.ChangeAsync(new() { Apps = [Put(Web), Put(Database)] }));
        await late.Held.WaitAsync(TimeSpan.FromSeconds(60));
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Staged.Any()), "the database is staged");
        await late.DeactivateAsync();

        // The end is told to an activation that knows of nothing begun.
        await agent.ReportAsync(agent.Staged.Single(), TaskState.Running);
        await cluster.UntilAsync(Database.Id, app => AppFixture.AllRun(app, 1), "the database runs");
        await late.Asked.WaitAsync(TimeSpan.FromSeconds(60));
        late.LetGo();

        (await change).Outcome.ShouldBe(ChangeOutcome.Accepted);
        await cluster.UntilAsync(Web.Id, app => AppFixture.AllRun(app, 2), "the app that depends on it runs");
    }

    [Fact]
    public async Task A_deployment_that_is_stopped_lets_the_tree_be_reached()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var agent = cluster.Agents[0];
        agent.OnLaunch = task => task.Environment["MARATHON_APP_ID"] == Database.Id ? TaskState.Staging : TaskState.Running;
        var change = await cluster.Root.ChangeAsync(new() { Apps = [Put(Web), Put(Database)] });
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Staged.Any()), "the database is staged");

        await cluster.Root.CancelAsync(change.DeploymentId, force: true);

        await cluster.UntilAsync(Web.Id, app => AppFixture.AllRun(app, 2), "what the tree says runs");
    }

    private static AppChange Put(AppSpec spec) => new() { AppId = spec.Id, Kind = AppChangeKind.Put, Spec = spec };
}
