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
        }
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("private\n");
    });

    [EngineFact]
    public Task An_image_that_came_from_no_registry_has_no_digest() => WithAgentAsync(async session =>
    {
        var task = Shell("sleep 1000");
        await session.LaunchAsync(task);
        (await session.UpdateAsync(task, TaskState.Running)).Image.ShouldBeNull();
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
