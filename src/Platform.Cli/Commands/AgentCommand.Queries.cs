using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client.Agents;

namespace Platform.Cli.Commands;

/// <content>The agents of a control plane.</content>
internal static partial class AgentCommand
{
    private static Argument<string> Name() => NameArgument.Of("AGENT", "The agent's name or id.");

    private static Command List()
    {
        var command = new Command("list", "Lists agents.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var agents = await client.Agents.ListAsync(cancellationToken);
            terminal.Table(
                ["NAME", "HOST", "CONDITION", "TASKS", "RESOURCES", "USED", "ATTRIBUTES"],
                agents.Select(agent => new[]
                {
                    agent.Name, agent.Hostname, agent.Condition.ToLowerInvariant(), $"{agent.Tasks}", agent.Resources, agent.Used, agent.Attributes,
                }),
                () => new JsonArray([.. agents.Select(agent => (JsonNode)AppRendering.Json(agent))]),
                "There are no agents. './platform agent --work-dir DIR' starts one.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show()
    {
        var name = Name();
        var command = new Command("show", "Shows an agent with its tasks.") { name };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var (agent, tasks) = await client.Agents.Get(result.GetRequiredValue(name)).GetAsync(cancellationToken);
            if (terminal.IsJson)
            {
                terminal.Json(AppRendering.Json(new AgentDetail(agent, tasks)));
                return ExitCodes.Ok;
            }

            terminal.Line($"{agent.Name}  {agent.Condition.ToLowerInvariant()}");
            terminal.Line($"  id          {agent.Id}");
            terminal.Line($"  host        {agent.Hostname}");
            terminal.Line($"  offers      {agent.Resources}");
            terminal.Line($"  used        {agent.Used}");
            terminal.Line($"  attributes  {agent.Attributes}");
            terminal.Line($"  isolation   {agent.Isolation}");
            terminal.Line("");
            var now = DateTimeOffset.UtcNow;
            terminal.Table(
                ["TASK", "OWNER", "STATE", "PID", "RESOURCES", "STARTED"],
                tasks.Select(task => new[] { task.Id, task.Owner, task.State, $"{task.ProcessId}", task.Resources, Ages.Since(task.StartedAt, now) }),
                () => new JsonArray(), "It has no tasks.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Drain()
    {
        var name = Name();
        var grace = new Option<double?>("--max-grace") { Description = "The longest kill grace that tasks get. Default: as they say themselves.", HelpName = "SECONDS" };
        var gone = new Option<bool>("--gone") { Description = "Declare it gone when nothing runs on it any more." };
        var deadline = new Option<double?>("--deadline") { Description = "After so long tasks leave although they could not be replaced elsewhere. Default: 3600.", HelpName = "SECONDS" };
        var command = new Command("drain", "Takes no new tasks and moves the running ones away.") { name, grace, gone, deadline };
        command.Run(Act(name, "is draining", (agent, result, cancellationToken) =>
            agent.DrainAsync(new DrainOptions { MaxGraceSeconds = result.GetValue(grace), MarkGone = result.GetValue(gone), DeadlineSeconds = result.GetValue(deadline) }, cancellationToken)));
        return command;
    }

    private static Command Reactivate()
    {
        var name = Name();
        var command = new Command("reactivate", "Takes new tasks again.") { name };
        command.Run(Act(name, "takes tasks again", (agent, _, cancellationToken) => agent.ReactivateAsync(cancellationToken)));
        return command;
    }

    private static Command Gone()
    {
        var name = Name();
        var command = new Command("gone", "Declares that an agent never comes back: its tasks are given up at once.") { name };
        command.Run(Act(name, "is gone", (agent, _, cancellationToken) => agent.MarkGoneAsync(cancellationToken)));
        return command;
    }

    private static Command Revoke()
    {
        var name = Name();
        var command = new Command("revoke", "Lets an agent in no more, whatever it shows: its session ends, and its tasks are given up at once.") { name };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var agent = result.GetRequiredValue(name);
            await client.CallAsync(HttpMethod.Post, $"/api/agents/{Uri.EscapeDataString(agent)}/revoke", null, cancellationToken);
            terminal.Say(new JsonObject { ["agent"] = agent }, $"agent {agent} is revoked; './platform token list' shows the tokens that others could still join with");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Func<ParseResult, ClientCommand.Body> Act(Argument<string> name, string done, Func<AgentHandle, ParseResult, CancellationToken, Task> act) =>
        result => async (client, terminal, cancellationToken) =>
        {
            var agent = client.Agents.Get(result.GetRequiredValue(name));
            await act(agent, result, cancellationToken);
            if (terminal.IsJson)
                terminal.Json(new JsonObject { ["agent"] = agent.IdOrName });
            else
                terminal.Line($"agent {agent.IdOrName} {done}");
            return ExitCodes.Ok;
        };
}
