using Platform.Agent.Processes;

namespace Platform.Agent.Tests.Testing;

/// <summary>A test of what only an agent that runs as root can do: skipped, with the reason, where the tests do not.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Missing;

    internal static string? Missing => Libc.EffectiveUser() == 0 ? null : "only root makes namespaces, mounts and filters for others";
}

/// <summary>The same for a test with data.</summary>
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = RootFactAttribute.Missing;
}
