using System.Text.Json.Nodes;
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
        var deployment = await platform.Client.Apps.CreateAsync(Sleeper("/web") with { Instances = 3 });
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);
        (await platform.Client.Apps.Get("/web").GetAsync()).TasksRunning.ShouldBe(3);
        (await platform.Client.Agents.ListAsync()).Select(agent => (agent.Name, agent.Condition)).ShouldBe([("agent-1", "Active"), ("agent-2", "Active")]);
    }

    [Fact]
    public async Task An_app_that_is_submitted_is_waited_for_and_submitted_anew_is_changed()
    {
        await using var platform = await TestPlatform.StartAsync();
        var app = await platform.Client.Apps.SubmitAsync(Sleeper("/web") with { Instances = 2 });
        (await app.WaitUntilHealthyAsync()).Tasks!.Count.ShouldBe(2);

        app = await platform.Client.Apps.SubmitAsync(Sleeper("/web") with { Instances = 3 });

        (await app.WaitUntilHealthyAsync()).Tasks!.Count.ShouldBe(3);
        // Whoever did not submit it waits for it too.
        await app.ScaleAsync(4);
        (await platform.Client.Apps.Get("/web").WaitUntilHealthyAsync()).TasksRunning.ShouldBe(4);
        (await Should.ThrowAsync<PlatformException>(() => platform.Client.Apps.Get("/nothing").WaitUntilHealthyAsync())).Error.ShouldBe(PlatformError.NotFound);
    }

    [Fact]
    public async Task An_app_whose_deployment_is_given_up_is_not_waited_for_in_vain()
    {
        await using var platform = await TestPlatform.StartAsync();
        var app = await platform.Client.Apps.SubmitAsync(Sleeper("/big") with { Cpus = 100_000 });
        var waiting = app.WaitUntilHealthyAsync();

        foreach (var deployment in await platform.Client.Deployments.ListAsync())
            await platform.Client.Deployments.Get(deployment.Id).StopAsync();

        (await Should.ThrowAsync<PlatformException>(() => waiting)).Error.ShouldBe(PlatformError.Conflict);
    }

    [Fact]
    public async Task A_group_is_put_scaled_and_removed_as_one()
    {
        await using var platform = await TestPlatform.StartAsync();
        var group = platform.Client.Groups.Get("/shop");
        var definition = JsonNode.Parse("""{"apps": [{"id": "a", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}, {"id": "b", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 2}]}""")!.AsObject();
        (await (await group.ReplaceAsync(definition)).WaitAsync()).Succeeded.ShouldBe(true);
        (await (await group.ScaleAsync(2)).WaitAsync()).Succeeded.ShouldBe(true);

        (await group.GetAsync())["apps"]!.AsArray().Select(app => (int)app!["instances"]!).ShouldBe([2, 4], ignoreOrder: true);
        (await platform.Client.Groups.Root.GetAsync())["groups"]!.AsArray().Count.ShouldBe(1);
        (await (await group.RemoveAsync()).WaitAsync()).Succeeded.ShouldBe(true);
        (await platform.Client.Apps.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_all_instances_of_an_app_write_is_read_at_once()
    {
        await using var platform = await TestPlatform.StartAsync(new() { RealAgent = true });
        var app = await platform.Client.Apps.SubmitAsync(new AppDefinition { Id = "/talk", Cmd = "echo it is here; sleep 1000", Cpus = 0.1, Mem = 32, Instances = 2 });
        await app.WaitUntilHealthyAsync();
        var lines = new List<string>();

        await foreach (var line in app.LogsAsync(new LogOptions { Follow = true }))
        {
            lines.Add(line);
            if (lines.Count == 2)
                break;
        }

        lines.ShouldBe(["it is here", "it is here"]);
    }

    [Fact]
    public async Task Its_state_survives_a_restart_and_what_runs_goes_on()
    {
        await using var platform = await TestPlatform.StartAsync();
        (await (await platform.Client.Apps.CreateAsync(Sleeper("/web"))).WaitAsync()).Succeeded.ShouldBe(true);
        var app = platform.Client.Apps.Get("/web");
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
        (await (await one.Client.Apps.CreateAsync(Sleeper("/web"))).WaitAsync()).Succeeded.ShouldBe(true);
        (await other.Client.Apps.ListAsync()).ShouldBeEmpty();
        (await (await other.Client.Apps.CreateAsync(Sleeper("/web"))).WaitAsync()).Succeeded.ShouldBe(true);
        (await one.Client.Apps.Get("/web").ListTasksAsync()).ShouldHaveSingleItem().Id.ShouldNotBe((await other.Client.Apps.Get("/web").ListTasksAsync()).ShouldHaveSingleItem().Id);
    }

    [Fact]
    public async Task A_real_agent_runs_processes_and_none_is_left_at_the_end()
    {
        int id;
        await using (var platform = await TestPlatform.StartAsync(new() { RealAgent = true }))
        {
            (await (await platform.Client.Apps.CreateAsync(Sleeper("/web"))).WaitAsync()).Succeeded.ShouldBe(true);
            var agent = (await platform.Client.Agents.ListAsync()).ShouldHaveSingleItem();
            id = (await platform.Client.Agents.Get(agent.Id).GetAsync()).TaskList.ShouldHaveSingleItem().ProcessId.ShouldNotBeNull();
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
