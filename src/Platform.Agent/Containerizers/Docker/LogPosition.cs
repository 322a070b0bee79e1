using System.Globalization;
using Platform.Agent.Files;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>How far the output of a container has been brought into its sandbox.</summary>
/// <param name="Timestamp">The engine's time of the last entry, as it wrote it; empty: none yet.</param>
/// <param name="Count">So many entries of this very time.</param>
/// <param name="OutLength">The length of stdout after it.</param>
/// <param name="ErrorLength">The length of stderr after it.</param>
internal readonly record struct LogPosition(string Timestamp, int Count, long OutLength, long ErrorLength)
{
    /// <summary>Reads it; the beginning if there is none, or if it was not written to its end.</summary>
    public static LogPosition Read(string file) =>
        SmallFile.Read(file)?.Split('\n') is [var line, ""] && line.Split(' ') is [var at, var count, var output, var error]
        && int.TryParse(count, out var number) && long.TryParse(output, out var outLength) && long.TryParse(error, out var errorLength)
            ? new(at == "-" ? "" : at, number, outLength, errorLength)
            : new("", 0, 0, 0);

    /// <summary>Writes it in one write, so that it is there as a whole or is seen not to be.</summary>
    public void Write(FileStream file)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{(Timestamp.Length == 0 ? "-" : Timestamp)} {Count} {OutLength} {ErrorLength}\n");
        file.Position = 0;
        file.Write(System.Text.Encoding.ASCII.GetBytes(text));
        file.SetLength(text.Length);
    }
}
