namespace Platform.Agent.Sandboxes;

/// <summary>
/// Reads on in a file across its rotations. A position is "the part after the one with this mark, from this byte on": while nothing is rotated
/// it stays in the file itself; afterwards the bytes that were not read yet are found in name.1, name.2 and so on.
/// </summary>
/// <remarks>Callers hold <see cref="LogRotation.Gate"/>, so that nothing moves between the look and the read.</remarks>
internal static class LogParts
{
    /// <summary>Where a position leads now.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Before">The mark of the part before it; empty: none.</param>
    /// <param name="Offset">The byte in it.</param>
    /// <param name="Last">True if it is the file that is written to, and no rotated part.</param>
    public readonly record struct Position(string Path, string Before, long Offset, bool Last);

    /// <summary>Finds a position. What was rotated out of existence meanwhile is passed over.</summary>
    /// <param name="path">The file that is written to.</param>
    /// <param name="before">The mark of the part before; empty: begin with the oldest part that there is.</param>
    /// <param name="offset">The byte; less than 0: so many before the end of the file that is written to.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Position Find(string path, string before, long offset)
    {
        var size = new FileInfo(path).Length;
        // Oldest first; the marks tell in which of them the earlier answer ended.
        var parts = new List<(string Path, string Mark, long Size)>();
        for (var i = 1; new FileInfo($"{path}.{i}") is { Exists: true, LinkTarget: null } part; i++)
            parts.Insert(0, (part.FullName, MarkOf(part), part.Length));
        if (offset < 0)
            return new(path, parts.Count > 0 ? parts[^1].Mark : "", Math.Max(0, size + offset), Last: true);
        var next = 0;
        if (before.Length > 0)
        {
            next = parts.FindIndex(part => part.Mark == before) + 1;
            if (next == 0)
                offset = 0;
        }
        for (; next < parts.Count; next++)
        {
            if (offset < parts[next].Size)
                return new(parts[next].Path, next > 0 ? parts[next - 1].Mark : "", offset, Last: false);
            offset -= parts[next].Size;
        }
        // Shorter than what was read of it: its writer has cut it, and begins anew.
        return new(path, parts.Count > 0 ? parts[^1].Mark : "", offset <= size ? offset : 0, Last: true);
    }

    // A part is never written to again, so its time of change stays, whatever number it gets.
    private static string MarkOf(FileInfo part) => $"{part.LastWriteTimeUtc.Ticks:x}";
}
