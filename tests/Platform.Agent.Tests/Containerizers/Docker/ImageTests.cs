using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Containerizers.Docker;

/// <summary>Images of a real registry.</summary>
public sealed class ImageTests(TestEngine engine) : EngineTests(engine)
{
    [EngineFact]
    public Task A_digest_is_told_and_one_that_is_given_is_what_runs_whatever_the_tag_means_by_then() => WithAgentAsync(async session =>
    {
        await using var registry = await TestRegistry.StartAsync();
        var name = $"{registry.Address}/team/web:1";
        await Engine.PushAsync(name, "MADE=first");
        var (first, update) = await RunAsync(session, name, null);
        first.ShouldBe("first\n");
        update.Image.ShouldNotBeNull().ShouldStartWith($"{name}@sha256:");
        var digest = update.Image[(name.Length + 1)..];

        await Engine.PushAsync(name, "MADE=second");
        (first, update) = await RunAsync(session, name, digest);
        (first, update.Image).ShouldBe(("first\n", $"{name}@{digest}"));
        var (second, other) = await RunAsync(session, name, null);
        second.ShouldBe("second\n");
        other.Image.ShouldNotBeNull().ShouldNotBe(update.Image);

        // Brought anew by its digest, though the tag has gone on.
        await Engine.Client.Images.DeleteImageAsync($"{registry.Address}/team/web@{digest}", new() { Force = true });
        (await RunAsync(session, name, digest)).Output.ShouldBe("first\n");
    });

    [EngineFact]
    public async Task What_was_told_before_the_pull_is_what_runs_though_the_tag_moves_meanwhile_and_the_agent_dies()
    {
        using var folder = new TestFolder();
        await using var registry = await TestRegistry.StartAsync();
        await using var master = await TestMaster.StartAsync();
        await using var slow = new SlowEngine(Engine.Endpoint, folder.File("engine.sock"), holds: "/images/create");
        var name = $"{registry.Address}/team/web:1";
        await Engine.PushAsync(name, "MADE=first");
        var task = Shell("echo $MADE") with { Image = Image with { Reference = name } };
        TaskUpdate told;
        var options = TestAgent.Options(master, folder);
        await using (var first = TestAgent.Start(options with { Docker = slow.Endpoint }, keepTasks: true))
        {
            var session = await master.AcceptAsync();
            await session.LaunchAsync(task);
            // The registry has said what it is before anything was brought.
            told = await session.UpdateAsync(update => update.Image is not null);
            told.State.ShouldBe(TaskState.Starting);
            await slow.Held;
            await first.StopAsync();
        }
        await Engine.PushAsync(name, "MADE=second");
        await using (TestAgent.Start(options with { Docker = Engine.Endpoint }))
        {
            var session = await master.AcceptAsync();
            var end = await session.EndAsync(task);
            (end.State, end.Image).ShouldBe((TaskState.Finished, told.Image), end.Message);
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("first\n");
        }
    }

    [EngineFact]
    public async Task A_tag_that_moves_between_the_answer_of_the_registry_and_the_pull_does_not_change_what_runs()
    {
        using var folder = new TestFolder();
        await using var registry = await TestRegistry.StartAsync();
        await using var master = await TestMaster.StartAsync();
        await using var slow = new SlowEngine(Engine.Endpoint, folder.File("engine.sock"), holds: "/images/create");
        var name = $"{registry.Address}/team/web:1";
        await Engine.PushAsync(name, "MADE=first");
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder) with { Docker = slow.Endpoint });
        var session = await master.AcceptAsync();
        var task = Shell("echo $MADE") with { Image = Image with { Reference = name, ForcePull = true } };
        await session.LaunchAsync(task);
        var told = await session.UpdateAsync(update => update.Image is not null);
        await slow.Held;
        await Engine.PushAsync(name, "MADE=second");
        slow.Release();
        var end = await session.EndAsync(task);
        (end.State, end.Image).ShouldBe((TaskState.Finished, told.Image), end.Message);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("first\n");
    }

    [EngineFact]
    public Task What_runs_later_in_a_pod_tells_its_image_while_it_waits() => WithAgentAsync(async session =>
    {
        await using var registry = await TestRegistry.StartAsync();
        var name = $"{registry.Address}/team/web:1";
        await Engine.PushAsync(name, "MADE=first");
        var first = Shell("until test -e go; do sleep 0.05; done") with { Group = "pod", EndsGroup = TaskGroupEnd.OnFailure };
        var later = Shell("echo $MADE") with { Group = "pod", StartsAfter = [first.TaskId], Image = Image with { Reference = name } };
        await session.LaunchAsync(first, later);
        var told = await session.UpdateAsync(update => update.TaskId == later.TaskId && update.Image is not null);
        (told.State, told.Image!.StartsWith($"{name}@sha256:", StringComparison.Ordinal)).ShouldBe((TaskState.Staging, true));
        await Engine.PushAsync(name, "MADE=second");
        await session.KillAsync(first, grace: 0);
        await session.EndAsync(first);
        (await session.EndAsync(later)).Image.ShouldBe(told.Image);
    });

    [EngineFact]
    public Task A_registry_that_asks_who_one_is_is_told_and_its_refusal_is_told_in_its_words() => WithAgentAsync(async session =>
    {
        using var folder = new TestFolder();
        var users = folder.File("users");
        // The password is "secret"; registries take bcrypt alone.
        await File.WriteAllTextAsync(users, "robot:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n");
        await using var registry = await TestRegistry.StartAsync(users);
        var name = $"{registry.Address}/team/web:1";
        await Engine.PushAsync(name, "MADE=private", new() { Username = "robot", Password = "secret" });

        var stranger = Shell("echo $MADE") with { Image = Image with { Reference = name } };
        await session.LaunchAsync(stranger);
        var end = await session.EndAsync(stranger);
        (end.State, end.Reason).ShouldBe((TaskState.Failed, TaskReasons.LaunchFailed));
        end.Message.ShouldNotBeNull().ShouldContain("unauthorized");

        foreach (var (password, state) in ((string, TaskState)[])[("wrong", TaskState.Failed), ("secret", TaskState.Finished)])
        {
            var known = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"robot:{password}"));
            var task = stranger with
            {
                TaskId = $"{stranger.TaskId}.{password}",
                Image = stranger.Image with { PullConfig = new(System.Text.Json.JsonSerializer.Serialize(new { auths = new Dictionary<string, object> { [registry.Address] = new { auth = known } } })) },
            };
            await session.LaunchAsync(task);
            end = await session.EndAsync(task);
            end.State.ShouldBe(state, end.Message);
            // With its credentials the registry is also asked what the image is, before it is pulled.
            (end.Image?.StartsWith(name + "@sha256:", StringComparison.Ordinal) == true).ShouldBe(state == TaskState.Finished);
        }
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("private\n");
    });

    [EngineFact]
    public Task An_image_that_came_from_no_registry_has_no_digest() => WithAgentAsync(async session =>
    {
        var task = Shell("sleep 1000");
        await session.LaunchAsync(task);
        (await session.UpdateAsync(task, TaskState.Starting)).Image.ShouldBe(TestEngine.Image, "others wait for this word");
        (await session.UpdateAsync(task, TaskState.Running)).Image.ShouldBe(TestEngine.Image);
        await session.KillAsync(task, grace: 0);
        await session.EndAsync(task);
    });

    private static async Task<(string Output, TaskUpdate Running)> RunAsync(TestSession session, string name, string? digest)
    {
        var task = Shell("echo $MADE") with { Image = Image with { Reference = name, ForcePull = true, Digest = digest } };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Finished, end.Message);
        return (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout")), running);
    }
}
