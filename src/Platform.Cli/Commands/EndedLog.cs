using Platform.Client;
using Platform.Client.Agents;
using Platform.Client.Apps;

namespace Platform.Cli.Commands;

/// <summary>Whose output to show: of an instance that runs, or of one that has ended and whose agent still keeps it.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Remark">What the reader has to know, beside the output; null: nothing.</param>
internal readonly record struct EndedLog(string AgentId, string TaskId, string? Remark)
{
    /// <param name="client">The control plane.</param>
    /// <param name="id">The app.</param>
    /// <param name="tasks">Its instances.</param>
    /// <param name="failures">Asks for its last ends.</param>
    /// <param name="wanted">A task's id; null: the youngest.</param>
    /// <param name="previous">The last that ended by itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">There is none.</exception>
    internal static async Task<EndedLog> ChooseAsync(
        IPlatformClient client, string id, IReadOnlyList<AppTask> tasks, Func<CancellationToken, Task<IReadOnlyList<AppTaskFailure>>> failures,
        string? wanted, bool previous, CancellationToken cancellationToken)
    {
        var present = previous ? null : wanted is null ? tasks.Where(task => task.StartedAt is not null).MaxBy(task => task.StagedAt) : tasks.FirstOrDefault(task => task.Id == wanted);
        if (present is not null)
            return new(present.SlaveId, present.Id, null);
        var ended = await failures(cancellationToken);
        if ((wanted is null ? ended is [var newest, ..] ? newest : null : ended.FirstOrDefault(end => end.TaskId == wanted)) is { } end)
            return Of(end, id, asked: wanted is not null || previous);
        if (wanted is null)
        {
            // It is on its way, and may have begun to write.
            if (!previous && tasks.MaxBy(task => task.StagedAt) is { } coming)
                return new(coming.SlaveId, coming.Id, null);
            throw new CommandException(ExitCodes.NotFound, previous ? $"no instance of {id} has ended by itself" : $"{id} has no instances, and none has ended by itself");
        }
        return await SearchAsync(client, wanted, cancellationToken) is { } agent
            ? new(agent, wanted, null)
            : throw new CommandException(ExitCodes.NotFound, $"{id} has no task {wanted}, and no agent keeps what such a task wrote");
    }

    /// <summary>An instance that was ended on purpose is in no list: its agent still has its folder.</summary>
    internal static async Task<string?> SearchAsync(IPlatformClient client, string task, CancellationToken cancellationToken)
    {
        if (task.Length == 0)
            return null;
        foreach (var agent in await client.Agents.ListAsync(cancellationToken))
        {
            try
            {
                await client.Agents.Get(agent.Id).ReadFileAsync(task, "stdout", new FileReadOptions { Length = 1 }, cancellationToken);
                return agent.Id;
            }
            catch (PlatformException exception) when (exception.Error is PlatformError.NotFound or PlatformError.Unavailable)
            {
                // Not here, or out of reach.
            }
        }
        return null;
    }

    internal static EndedLog Of(AppTaskFailure end, string id, bool asked) => new(end.SlaveId, end.TaskId,
        asked ? null : $"no instance of {id} runs; this is of {end.TaskId}, which ended at {end.Timestamp:yyyy-MM-dd HH:mm:ss}: {end.Message} ('--stderr' shows its standard error)");
}
