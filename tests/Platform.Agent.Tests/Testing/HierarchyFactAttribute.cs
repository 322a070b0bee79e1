using Platform.Agent.Processes;

namespace Platform.Agent.Tests.Testing;

/// <summary>A test of cgroups version 2 on the kernel's own hierarchy: skipped, with the reason, where there is none, or not the controller.</summary>
public sealed class HierarchyFactAttribute : FactAttribute
{
    /// <param name="controller">A controller that the hierarchy has to have; null: any, or none.</param>
    /// <param name="delegated">True if an agent of another user takes part.</param>
    public HierarchyFactAttribute(string? controller = null, bool delegated = false)
    {
        (Controller, Delegated) = (controller, delegated);
        Skip = Mount is null ? "no cgroup hierarchy of version 2 is mounted"
            : Libc.EffectiveUser() != 0 ? "only root makes cgroups without having been given some"
            : controller is not null && !Controllers.Contains(controller) ? $"the controller {controller} is not in the hierarchy of version 2 at {Mount}"
            : delegated ? UserNamespaceFactAttribute.Missing
            : null;
    }

    /// <summary>The controller.</summary>
    public string? Controller { get; }

    /// <summary>Whether an agent of another user takes part.</summary>
    public bool Delegated { get; }

    /// <summary>Where the hierarchy is mounted; null: nowhere.</summary>
    internal static string? Mount { get; } =
        File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).Where(words => words is [_, _, "cgroup2", ..]).Select(words => words[1]).FirstOrDefault();

    /// <summary>The controllers that it has.</summary>
    internal static IReadOnlyList<string> Controllers { get; } =
        Mount is null ? [] : File.ReadAllText(Path.Combine(Mount, "cgroup.controllers")).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
