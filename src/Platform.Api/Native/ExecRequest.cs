using Platform.Core.Tasks;

namespace Platform.Api.Native;

/// <summary>The first message of a client that has a command run beside a task.</summary>
/// <param name="Command">The program and its arguments; or give <paramref name="Shell"/>.</param>
/// <param name="Shell">A line for <c>/bin/sh -c</c>.</param>
/// <param name="User">Who it runs as; null: as the task.</param>
/// <param name="Env">Variables besides the task's.</param>
/// <param name="Tty">Give it a terminal. Default false.</param>
/// <param name="Columns">The terminal's width. Default 80.</param>
/// <param name="Rows">Its height. Default 24.</param>
internal sealed record ExecRequest(
    IReadOnlyList<string>? Command = null, string? Shell = null, string? User = null, IReadOnlyDictionary<string, string>? Env = null, bool Tty = false, int Columns = 80, int Rows = 24)
{
    private const int LargestSide = 10_000;

    /// <summary>What is wrong with it, each with its field and how to mend it.</summary>
    internal IEnumerable<string> Problems()
    {
        if (Command is { Count: > 0 } == Shell is { Length: > 0 })
            yield return "give either 'command', an array with the program and its arguments, or 'shell', a line for /bin/sh";
        if (Command is { Count: > 0 } && (string.IsNullOrEmpty(Command[0]) || Command.Any(word => word is null || word.Contains('\0', StringComparison.Ordinal))))
            yield return "'command' must begin with a program, and have no null and no NUL in it";
        if (Shell?.Contains('\0', StringComparison.Ordinal) == true)
            yield return "'shell' must have no NUL in it";
        if (User is { } user && (user.Length == 0 || user.Contains('\0', StringComparison.Ordinal)))
            yield return "'user' must be a name or a number; leave it out for the task's own";
        foreach (var (name, value) in Env ?? new Dictionary<string, string>())
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal) || value is null || value.Contains('\0', StringComparison.Ordinal))
                yield return $"'env' has {(name.Length == 0 ? "a variable without a name" : $"'{name}'")}: names are not empty and have no '=', and nothing has a NUL";
        }
        if (Columns is < 1 or > LargestSide)
            yield return $"'columns' {Columns} is not between 1 and {LargestSide}";
        if (Rows is < 1 or > LargestSide)
            yield return $"'rows' {Rows} is not between 1 and {LargestSide}";
    }

    /// <summary>What runs.</summary>
    internal CommandSpec ToCommand() => new() { Shell = Shell, Argv = Shell is null ? [.. Command!] : [], User = User };
}
