namespace Platform.Agent.Containerizers;

/// <summary>The size of a terminal in characters.</summary>
/// <param name="Columns">Its width.</param>
/// <param name="Rows">Its height.</param>
internal readonly record struct TerminalSize(int Columns, int Rows)
{
    /// <summary>The nearest size that a terminal can have.</summary>
    public static TerminalSize Of(int columns, int rows) => new(Math.Clamp(columns, 1, ushort.MaxValue), Math.Clamp(rows, 1, ushort.MaxValue));
}
