using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Testing;

/// <summary>Specifications of small tasks.</summary>
internal static class TestTask
{
    private static int _number;

    public static TaskSpec Shell(string line, string resources = "cpus:0.1;mem:64") => new()
    {
        TaskId = $"task.{Guid.NewGuid():N}.{Interlocked.Increment(ref _number)}",
        Name = "/test",
        Owner = "app:/test",
        Resources = Resources.Parse(resources),
        Command = new CommandSpec { Shell = line },
    };

    public static TaskSpec Argv(params string[] argv) => Shell("") with { Command = new CommandSpec { Argv = [.. argv] } };

    /// <summary>Waits until killed, in the shell itself so that SIGTERM ends it.</summary>
    public static TaskSpec Forever() => Shell("exec sleep 100000");
}
