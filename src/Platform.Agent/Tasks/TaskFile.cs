using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Platform.Agent.Files;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>
/// The one file that is kept of a task. Its first line is the record; what happens is added line by line, each in one write: by the
/// supervisor as Native/shim.c tells, by the agent a kill. When the end was acknowledged its content becomes the last update.
/// </summary>
/// <remarks>
/// One file and not several, and none that is deleted while tasks run: making a file is the dearest thing that an agent does for a
/// small task, and ext4 looks past every lately deleted one to make the next.
/// </remarks>
internal sealed record TaskFile
{
    private const string KillWord = "kill ";
    private const string EndedWord = "ended ";

    /// <summary>The task; null: it is over.</summary>
    public TaskRecord? Record { get; init; }

    /// <summary>The kill that was ordered, if any.</summary>
    public KillOrder? Kill { get; init; }

    /// <summary>The last update of a task that is over.</summary>
    public TaskUpdate? Last { get; init; }

    /// <summary>Writes a new task down.</summary>
    /// <exception cref="IOException">The disk is full, or there is a file already.</exception>
    public static void Create(string path, TaskRecord record) => SmallFile.Create(path, Line("", record, AgentJson.Default.TaskRecord));

    /// <summary>Adds an order to end the task.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void Add(string path, KillOrder order) => SmallFile.Append(path, Line(KillWord, order, AgentJson.Default.KillOrder));

    /// <summary>Leaves nothing in it but the last update.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Conclude(string path, TaskUpdate last) => SmallFile.Replace(path, Line(EndedWord, last, AgentJson.Default.TaskUpdate));

    /// <summary>Reads it; null if there is none, or if even its first line was not written to its end.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="JsonException">It holds something else.</exception>
    public static TaskFile? Read(string path)
    {
        if (SmallFile.Read(path) is not { } text || !text.Contains('\n', StringComparison.Ordinal))
            return null;
        var lines = text[..text.LastIndexOf('\n')].Split('\n');
        if (lines[0].StartsWith(EndedWord, StringComparison.Ordinal))
            return new TaskFile { Last = JsonSerializer.Deserialize(lines[0].AsSpan(EndedWord.Length), AgentJson.Default.TaskUpdate) };
        var kill = lines.LastOrDefault(line => line.StartsWith(KillWord, StringComparison.Ordinal));
        return new TaskFile
        {
            Record = JsonSerializer.Deserialize(lines[0], AgentJson.Default.TaskRecord) ?? throw new JsonException("The record is empty."),
            Kill = kill is null ? null : JsonSerializer.Deserialize(kill.AsSpan(KillWord.Length), AgentJson.Default.KillOrder),
        };
    }

    /// <summary>True if a line is the agent's own, and not of a containerizer.</summary>
    public static bool IsOfAgent(string line) => line.StartsWith(KillWord, StringComparison.Ordinal);

    private static byte[] Line<T>(string word, T value, JsonTypeInfo<T> type)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var line = new byte[word.Length + json.Length + 1];
        for (var i = 0; i < word.Length; i++)
            line[i] = (byte)word[i];
        json.CopyTo(line, word.Length);
        line[^1] = (byte)'\n';
        return line;
    }
}
