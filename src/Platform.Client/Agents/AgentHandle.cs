using System.Globalization;
using Platform.Client.Http;

namespace Platform.Client.Agents;

/// <summary>One agent.</summary>
public sealed class AgentHandle
{
    private readonly Wire wire;
    private readonly string path;

    internal AgentHandle(Wire wire, string idOrName)
    {
        this.wire = wire;
        if (PlatformNames.ProblemOf(idOrName) is { } problem)
            throw new PlatformException(PlatformError.Invalid, problem);
        IdOrName = idOrName;
        path = "/api/agents/" + Uri.EscapeDataString(idOrName);
    }

    /// <summary>What it was asked for by.</summary>
    public string IdOrName { get; }

    /// <summary>The clock of pauses.</summary>
    internal TimeProvider Time => wire.Time;

    /// <summary>The agent with its tasks.</summary>
    public Task<AgentDetail> GetAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.AgentDetail, null, cancellationToken);

    /// <summary>No new tasks; running ones are moved away. Where there is room elsewhere, apps replace their instances first.</summary>
    public Task DrainAsync(DrainOptions? options = null, CancellationToken cancellationToken = default) =>
        PostAsync("/drain" + Wire.Query(("maxGraceSeconds", options?.MaxGraceSeconds?.ToString()), ("markGone", Wire.Flag(options?.MarkGone ?? false)),
            ("deadlineSeconds", options?.DeadlineSeconds?.ToString(CultureInfo.InvariantCulture))), cancellationToken);

    /// <summary>Takes new tasks again.</summary>
    public Task ReactivateAsync(CancellationToken cancellationToken = default) => PostAsync("/reactivate", cancellationToken);

    /// <summary>It never comes back: its tasks are given up at once.</summary>
    public Task MarkGoneAsync(CancellationToken cancellationToken = default) => PostAsync("/gone", cancellationToken);

    /// <summary>A part of a file in a task's sandbox, such as <c>stdout</c>.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="file">The path inside the sandbox.</param>
    /// <param name="options">Which part; null: the first 64 KiB.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<FilePart> ReadFileAsync(string taskId, string file, FileReadOptions? options = null, CancellationToken cancellationToken = default) =>
        wire.WithinAsync(token => ReadPartAsync(taskId, file, options ?? new(), token), cancellationToken);

    /// <summary>Runs a command beside a running task: in its container or sandbox, as its user, with its environment and limits. It ends when disposed of.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="options">A terminal, another user, more variables; null: none of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PlatformException">It cannot be run: no such agent or task, or one that does not run, or that is out of reach.</exception>
    public Task<ExecSession> ExecAsync(string taskId, IReadOnlyList<string> command, ExecOptions? options = null, CancellationToken cancellationToken = default) =>
        ExecSession.OpenAsync(wire, $"{path}/tasks/{Uri.EscapeDataString(taskId)}/exec", command, options ?? new(), cancellationToken);

    private async Task<FilePart> ReadPartAsync(string taskId, string file, FileReadOptions options, CancellationToken cancellationToken)
    {
        var query = Wire.Query(
            ("path", file), ("offset", $"{options.Offset}"), ("length", $"{options.Length}"),
            ("wait", options.Wait > TimeSpan.Zero ? $"{options.Wait.TotalSeconds}" : null), ("rotation", options.Rotation));
        using var response = await wire.SendAsync(HttpMethod.Get, $"{path}/tasks/{Uri.EscapeDataString(taskId)}/files{query}", null, cancellationToken).ConfigureAwait(false);
        try
        {
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            return new FilePart(NumberOf(response, "X-File-Offset"), bytes, NumberOf(response, "X-File-Size"))
            {
                More = TextOf(response, "X-File-More") == "true",
                Ended = TextOf(response, "X-File-Ended") == "true",
                Rotation = options.Rotation is null ? null : TextOf(response, "X-File-Rotation"),
            };
        }
        catch (HttpRequestException exception)
        {
            throw wire.Away(exception);
        }
    }

    private static long NumberOf(HttpResponseMessage response, string header) => long.TryParse(TextOf(response, header), out var number) ? number : 0;

    private static string TextOf(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) ? values.First() : "";

    private async Task PostAsync(string action, CancellationToken cancellationToken)
    {
        using var _ = await wire.SendAsync(HttpMethod.Post, path + action, null, cancellationToken).ConfigureAwait(false);
    }
}
