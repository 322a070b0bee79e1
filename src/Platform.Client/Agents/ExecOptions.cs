namespace Platform.Client.Agents;

/// <summary>How a command is run beside a task.</summary>
public sealed record ExecOptions
{
    /// <summary>Give it a terminal; then all that it writes is standard output. Default false.</summary>
    public bool Tty { get; init; }

    /// <summary>The terminal's width. Default 80.</summary>
    public int Columns { get; init; } = 80;

    /// <summary>The terminal's height. Default 24.</summary>
    public int Rows { get; init; } = 24;

    /// <summary>Who it runs as. Default null: as the task.</summary>
    public string? User { get; init; }

    /// <summary>Variables besides the task's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
