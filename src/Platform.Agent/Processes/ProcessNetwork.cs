using Platform.Core.Collections;

namespace Platform.Agent.Processes;

/// <summary>The network that a process is in.</summary>
internal static class ProcessNetwork
{
    /// <summary>True if it is not that of this process.</summary>
    public static bool IsOther(int pid) => Of($"{pid}") is { } other && Of("self") is { } own && other != own;

    /// <summary>Its addresses of version 4 but for loopback; empty if the process is gone.</summary>
    public static ValueList<string> AddressesOf(int pid)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{pid}/net/fib_trie"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    /// <summary>The addresses in the kernel's text of routes: <c>|-- ADDRESS</c>, and in the next line <c>/32 host LOCAL</c>.</summary>
    public static ValueList<string> Parse(string routes)
    {
        const string Leaf = "|-- ";
        var found = new List<string>();
        string? leaf = null;
        foreach (var line in routes.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith(Leaf, StringComparison.Ordinal))
                leaf = line[Leaf.Length..];
            else if (line == "/32 host LOCAL" && leaf is not null && !leaf.StartsWith("127.", StringComparison.Ordinal) && !found.Contains(leaf))
                found.Add(leaf);
        }
        return found.ToValueList();
    }

    private static string? Of(string process)
    {
        try
        {
            return new FileInfo($"/proc/{process}/ns/net").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
