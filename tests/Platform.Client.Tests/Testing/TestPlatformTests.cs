using Platform.Client.Apps;
using Platform.Testing;

namespace Platform.Client.Tests.Testing;

/// <summary>The kit for users' tests.</summary>
public sealed class TestPlatformTests
{
    private static AppDefinition Sleeper(string id) => new() { Id = id, Cmd = "sleep 1000", Cpus = 0.1, Mem = 32 };

    [Fact]
    public async Task An_app_runs_on_a_simulated_agent()
    {
        await using var platform = await TestPlatform.StartAsync(new() { SimulatedAgents = 2 });
        var deployment = await platform.Client.CreateAppAsync(Sleeper("/web") with { Instances = 3 });
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);
        (await platform.Client.GetApp("/web").GetAsync()).TasksRunning.ShouldBe(3);
        (await platform.Client.ListAgentsAsync()).Select(agent => (agent.Name, agent.Condition)).ShouldBe([("agent-1", "Active"), ("agent-2", "Active")]);
    }

    [Fact]
    public async Task Its_state_survives_a_restart_and_what_runs_goes_on()
    {
        await using var platform = await TestPlatform.StartAsync();
        (await (await platform.Client.CreateAppAsync(Sleeper("/web"))).WaitAsync()).Succeeded.ShouldBe(true);
        var app = platform.Client.GetApp("/web");
        var before = (await app.ListTasksAsync()).ShouldHaveSingleItem();

        await platform.RestartAsync();

        (await app.ListTasksAsync()).ShouldHaveSingleItem().Id.ShouldBe(before.Id);
        (await (await app.ScaleAsync(2)).WaitAsync()).Succeeded.ShouldBe(true);
        (await app.ListTasksAsync()).Select(task => task.Id).ShouldContain(before.Id);
    }

    [Fact]
    public async Task Two_platforms_do_not_know_of_each_other()
    {
        await using var one = await TestPlatform.StartAsync();
        await using var other = await TestPlatform.StartAsync();
        one.Url.ShouldNotBe(other.Url);
        (await (await one.Client.CreateAppAsync(Sleeper("/web"))).WaitAsync()).Succeeded.ShouldBe(true);
        (await other.Client.ListAppsAsync()).ShouldBeEmpty();
        (await (await other.Client.CreateAppAsync(Sleeper("/web"))).WaitAsync()).Succeeded.ShouldBe(true);
        (await one.Client.GetApp("/web").ListTasksAsync()).ShouldHaveSingleItem().Id.ShouldNotBe((await other.Client.GetApp("/web").ListTasksAsync()).ShouldHaveSingleItem().Id);
    }

    [Fact]
    public async Task A_real_agent_runs_processes_and_none_is_left_at_the_end()
    {
        int id;
        await using (var platform = await TestPlatform.StartAsync(new() { RealAgent = true }))
        {
            (await (await platform.Client.CreateAppAsync(Sleeper("/web"))).WaitAsync()).Succeeded.ShouldBe(true);
            var agent = (await platform.Client.ListAgentsAsync()).ShouldHaveSingleItem();
            id = (await platform.Client.GetAgent(agent.Id).GetAsync()).TaskList.ShouldHaveSingleItem().ProcessId.ShouldNotBeNull();
            Directory.Exists($"/proc/{id}").ShouldBeTrue();
        }
        // What was killed may still wait for whoever asks how it ended.
        (!File.Exists($"/proc/{id}/stat") || File.ReadAllText($"/proc/{id}/stat").Split(')')[^1].TrimStart()[0] is 'Z' or 'X').ShouldBeTrue();
    }

    [Fact]
    public async Task Agents_that_do_not_join_in_time_are_told_of()
    {
        var failure = await Should.ThrowAsync<TimeoutException>(() => TestPlatform.StartAsync(new() { StartTimeout = TimeSpan.Zero }));
        failure.Message.ShouldContain("1 of the agents have not joined");
    }
}
