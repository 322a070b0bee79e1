namespace Platform.Agent.Processes;

/// <summary>
/// Variables that a program obeys before it does what it was started for: those of the loader and of shells. On its way to a task's command the agent
/// is a shell with the agent's own rights, which must not see them: a library that the task names would run with those rights.
/// </summary>
internal static class ObeyedVariables
{
    private const string Setter = "/usr/bin/env";

    // Those that the loader and the C library pass over in programs with more rights than who started them (ld.so(8), secure-execution mode), and those of shells.
    private static readonly string[] Names =
    [
        "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TMPDIR", "TZDIR",
        "BASH_ENV", "BASHOPTS", "CDPATH", "ENV", "FPATH", "GLOBIGNORE", "IFS", "KSH_ENV", "POSIXLY_CORRECT", "PS4", "SHELLOPTS", "ZDOTDIR",
    ];

    private static readonly HashSet<string> Obeyed = new(Names, StringComparer.Ordinal);

    /// <summary>Tells variables that are harmless on the way from those that are not.</summary>
    /// <param name="environment">NAME=VALUE.</param>
    public static (IReadOnlyList<string> Harmless, IReadOnlyList<string> Obeyed) Split(IReadOnlyList<string> environment)
    {
        var apart = environment.ToLookup(one => IsObeyed(one.AsSpan(0, Math.Max(0, one.IndexOf('=')))));
        return ([.. apart[false]], [.. apart[true]]);
    }

    /// <summary>The command with variables that it alone sees, set when the agent has become its user.</summary>
    public static IReadOnlyList<string> Set(IReadOnlyList<string> obeyed, IReadOnlyList<string> command) => obeyed.Count == 0 ? command : [Setter, "--", .. obeyed, .. command];

    // What is no name is a function of a shell (BASH_FUNC_x%%), or nothing that should be known.
    private static bool IsObeyed(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("LD_") || name.StartsWith("MALLOC_") || name.StartsWith("BASH_FUNC_"))
            return true;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return true;
        }
        return Obeyed.Contains(name.ToString());
    }
}
