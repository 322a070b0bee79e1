using System.Globalization;
using Platform.Agent.Files;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>How far the output of a container has been brought into its sandbox.</summary>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal readonly record struct LogPosition(LogPosition.Place Output, LogPosition.Place Error)
{
    /// <summary>Nothing was brought yet.</summary>
    public static LogPosition Beginning => new(Place.Beginning, Place.Beginning);

    /// <summary>The time of the entry that was brought last; empty: none yet.</summary>
    public string Latest => EngineTime.Compare(Output.Timestamp, Error.Timestamp) >= 0 ? Output.Timestamp : Error.Timestamp;

    /// <summary>Reads it; the beginning if there is none, or if it was not written to its end.</summary>
    public static LogPosition Read(string file) =>
        SmallFile.Read(file)?.Split('\n') is [var line, ""] && line.Split(' ') is [var outAt, var outCount, var outLength, var errorAt, var errorCount, var errorLength]
        && Place.Parse(outAt, outCount, outLength) is { } output && Place.Parse(errorAt, errorCount, errorLength) is { } error
            ? new(output, error)
            : Beginning;

    /// <summary>Writes it in one write, so that it is there as a whole or is seen not to be.</summary>
    public void Write(FileStream file)
    {
        var text = $"{Output} {Error}\n";
        file.Position = 0;
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
        file.SetLength(text.Length);
    }

    /// <summary>How far one of the two was brought.</summary>
    /// <param name="Timestamp">The engine's time of the last entry, as it wrote it; empty: none yet.</param>
    /// <param name="Count">So many entries of this very time.</param>
    /// <param name="Length">The length of the file after it, in bytes. What was rotated away does not count.</param>
    internal readonly record struct Place(string Timestamp, int Count, long Length)
    {
        public static Place Beginning => new("", 0, 0);

        public static Place? Parse(string timestamp, string count, string length) =>
            int.TryParse(count, out var number) && long.TryParse(length, out var bytes) ? new(timestamp == "-" ? "" : timestamp, number, bytes) : null;

        /// <summary>The place after one more entry of this time.</summary>
        public Place After(string timestamp) => this with { Timestamp = timestamp, Count = timestamp == Timestamp ? Count + 1 : 1 };

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Timestamp.Length == 0 ? "-" : Timestamp)} {Count} {Length}");
    }
}
