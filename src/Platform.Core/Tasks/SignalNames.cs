namespace Platform.Core.Tasks;

/// <summary>The signals that a task may be sent by name, with their numbers on Linux.</summary>
public static class SignalNames
{
    private static readonly Dictionary<string, int> Numbers = new(StringComparer.Ordinal)
    {
        ["SIGHUP"] = 1,
        ["SIGINT"] = 2,
        ["SIGQUIT"] = 3,
        ["SIGUSR1"] = 10,
        ["SIGUSR2"] = 12,
        ["SIGALRM"] = 14,
        ["SIGTERM"] = 15,
        ["SIGCONT"] = 18,
        ["SIGWINCH"] = 28,
    };

    /// <summary>All of them, in the order of their numbers.</summary>
    public static IReadOnlyCollection<string> All => Numbers.Keys;

    /// <summary>The number of a signal; null: there is none of this name, or it is none that a task may be sent.</summary>
    public static int? Find(string name) => Numbers.TryGetValue(name, out var number) ? number : null;
}
