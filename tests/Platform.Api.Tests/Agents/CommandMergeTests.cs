using System.Text.Json;
using Platform.Api.Agents;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Api.Tests.Agents;

public sealed class CommandMergeTests
{
    // What has one of everything that may share a frame.
    private static readonly AgentCommand Full = new()
    {
        Kill = [new() { TaskId = "t", Owner = "o" }],
        Acknowledge = ["u"],
        ReadFiles = [new() { TaskId = "t", Path = "stdout" }],
        DestroyVolumes = ["v"],
        Exec = [new() { TaskId = "t", Command = new() { Shell = "true" } }],
        ExecInput = [new() { Id = "e" }],
        Watch = new(default(ValueList<FileWatch>)),
        TakenFiles = [new("j", 1)],
        Messages = [new() { Owner = "o", ExecutorId = "e" }],
        Tokens = [new() { RequestId = "r" }],
        Prune = new(default),
        Secrets = [new() { TaskId = "t" }],
        Logging = new(1, 2),
        Signals = [new("t", 15)],
    };

    [Fact]
    public void Nothing_is_left_out()
    {
        var set = typeof(AgentCommand).GetProperties().Where(property => property.Name is not (nameof(AgentCommand.Registered) or nameof(AgentCommand.Refused) or nameof(AgentCommand.Final)
            or nameof(AgentCommand.Launch) or nameof(AgentCommand.Number) or "EqualityContract"));
        set.ShouldAllBe(property => !Equals(property.GetValue(Full), property.GetValue(new AgentCommand())));
        foreach (var merged in (AgentCommand?[])[CommandMerge.TryMerge(Full, new()), CommandMerge.TryMerge(new(), Full)])
            Text(merged!).ShouldBe(Text(Full));
    }

    [Fact]
    public void Two_orders_to_prune_go_one_after_the_other()
    {
        CommandMerge.TryMerge(new() { Prune = new(["a"]) }, new() { Prune = new(["b"]) }).ShouldBeNull();
        CommandMerge.TryMerge(new() { Logging = new(1, 2) }, new() { Logging = new(2, 3) })!.Logging.ShouldBe(new AgentLogging(2, 3));
    }

    private static string Text(AgentCommand command) => JsonSerializer.Serialize(command, AgentSessionJson.Default.AgentCommand);
}
