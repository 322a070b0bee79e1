using System.Text;
using Platform.Agent.Files;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>
/// What is written of a container in its task's file: <c>container begun</c> before the engine is asked for it, <c>container started</c> when it
/// runs, <c>container ended CODE OOM</c> when its end is known, before it is removed.
/// </summary>
/// <param name="IsBegun">The engine may have been asked.</param>
/// <param name="IsStarted">It has run.</param>
/// <param name="End">How it ended; null: not known yet.</param>
internal readonly record struct ContainerRecord(bool IsBegun, bool IsStarted, ContainerEnd? End)
{
    private const string Word = "container ";

    /// <summary>Reads it from a task's file.</summary>
    public static ContainerRecord Read(string file)
    {
        var record = new ContainerRecord(false, false, null);
        foreach (var line in SmallFile.Read(file)?.Split('\n').SkipLast(1) ?? [])
        {
            record = line.Split(' ') switch
            {
                ["container", "begun"] => record with { IsBegun = true },
                ["container", "started"] => record with { IsStarted = true },
                ["container", "ended", "gap"] => record with { End = new ContainerEnd { Gap = "The container was removed by somebody else, so its exit status is not known" } },
                ["container", "ended", var code, var oom] when int.TryParse(code, out var status) => record with { End = new ContainerEnd { ExitCode = status, IsOutOfMemory = oom == "oom" } },
                _ => record,
            };
        }
        return record;
    }

    /// <summary>The engine is about to be asked.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void AddBegin(string file) => Add(file, "begun");

    /// <summary>It runs.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void AddStart(string file) => Add(file, "started");

    /// <summary>It has ended.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void AddEnd(string file, ContainerEnd end) =>
        Add(file, end.ExitCode is { } code ? $"ended {code} {(end.IsOutOfMemory ? "oom" : "-")}" : "ended gap");

    private static void Add(string file, string what) => SmallFile.Append(file, Encoding.ASCII.GetBytes($"{Word}{what}\n"));
}
