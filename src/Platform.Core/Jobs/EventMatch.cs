using System.Text.Json;
using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>Finds out whether an event is one that a job waits for.</summary>
public static class EventMatch
{
    /// <summary>The member of an event that names its job.</summary>
    public const string JobMember = "jobId";

    /// <summary>The member of an event of a run that names the jobs which have led to the run, see <see cref="RunChain"/>.</summary>
    public const string ChainMember = "chain";

    /// <summary>Whether a trigger of a job fits. What a job's own runs tell never does, nor what they have led to: it would run for ever.</summary>
    public static bool Fits(JobTriggerSpec trigger, string jobId, string type, JsonElement json)
    {
        if (trigger.Event != type || TextAt(json, JobMember) == jobId || ChainAt(json).Contains(jobId))
            return false;
        foreach (var (path, value) in trigger.Match)
        {
            if (TextAt(json, path) != value)
                return false;
        }
        return true;
    }

    /// <summary>Whether events of this type tell of jobs and their runs.</summary>
    public static bool IsOfJobs(string type) => type.StartsWith("job_", StringComparison.Ordinal);

    /// <summary>The jobs that have led to what an event makes run: its own, and those that have led to that.</summary>
    public static ValueList<string> ChainOf(string json)
    {
        if (json.Length == 0)
            return default;
        using var document = JsonDocument.Parse(json);
        return TextAt(document.RootElement, JobMember) is { } jobId ? RunChain.Of([.. ChainAt(document.RootElement), jobId]) : default;
    }

    private static List<string> ChainAt(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(ChainMember, out var chain) && chain.ValueKind == JsonValueKind.Array
            ? [.. chain.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];

    private static string? TextAt(JsonElement json, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
                return null;
        }
        return json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => json.GetRawText(),
            _ => null,
        };
    }
}
