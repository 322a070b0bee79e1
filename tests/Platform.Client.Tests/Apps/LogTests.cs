using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Testing;

namespace Platform.Client.Tests.Apps;

/// <summary>What tasks write, line by line.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task Lines_come_without_their_ends_as_they_are_written_and_to_the_last_one()
    {
        await using var platform = await TestPlatform.StartAsync(new() { RealAgent = true });
        var job = await platform.Client.Jobs.CreateAsync(new JsonObject
        {
            ["id"] = "writer",
            ["task"] = new JsonObject { ["cmd"] = @"printf 'één\n\nzwei\r\nthe last'; echo wrong >&2", ["cpus"] = 0.1, ["mem"] = 32 },
        });
        var run = await job.RunAsync();
        var task = (await run.WaitAsync()).Tasks.ShouldHaveSingleItem();
        (await run.LogsAsync(task).ToListAsync()).ShouldBe(["één", "", "zwei", "the last"]);
        (await run.LogsAsync(task, new() { StandardError = true }).ToListAsync()).ShouldBe(["wrong"]);

        var deployment = await platform.Client.Apps.CreateAsync(new AppDefinition { Id = "/web", Cmd = "echo one; echo two; exec sleep 1000", Cpus = 0.1, Mem = 32 });
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);
        var app = platform.Client.Apps.Get("/web");
        // It goes on to run: what it has written is told nevertheless.
        (await app.LogsAsync((await app.ListTasksAsync()).Single(), new() { Follow = true }).Take(2).ToListAsync()).ShouldBe(["one", "two"]);
    }
}
