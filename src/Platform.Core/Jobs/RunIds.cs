using System.Globalization;

namespace Platform.Core.Jobs;

/// <summary>Names of runs and of their tasks.</summary>
public static class RunIds
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>
    /// The id of the run of a job that was due at an instant: always the same, so that a run is recognised after any crash. In
    /// Metronome's form, <c>yyyyMMddHHmmss</c> and five more characters.
    /// </summary>
    /// <param name="jobId">The job.</param>
    /// <param name="instant">When it was due, or asked for.</param>
    /// <param name="number">0 for what is due by time; else the number of the run.</param>
    public static string Of(string jobId, DateTimeOffset instant, long number)
    {
        var hash = 14_695_981_039_346_656_037ul;
        foreach (var c in jobId)
            hash = (hash ^ c) * 1_099_511_628_211ul;
        hash = (hash ^ (ulong)instant.UtcTicks) * 1_099_511_628_211ul;
        hash = (hash ^ (ulong)number) * 1_099_511_628_211ul;
        hash ^= hash >> 32;
        Span<char> suffix = stackalloc char[5];
        for (var i = 0; i < suffix.Length; i++, hash /= 62)
            suffix[i] = Alphabet[(int)(hash % 62)];
        return string.Concat(instant.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture), suffix);
    }

    /// <summary>The id of the demand of a gang.</summary>
    public static string Gang(string jobId, string runId, int gangs) => string.Create(CultureInfo.InvariantCulture, $"{jobId}_{runId}.gang.{gangs}");

    /// <summary>The id of an attempt at an index of a run.</summary>
    public static string Task(string jobId, string runId, int index, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{jobId}_{runId}.{index}.{attempt}");
}
