namespace Platform.Core.Placement;

/// <summary>The names of the containerizers an agent can offer.</summary>
public static class Containerizers
{
    /// <summary>Plain processes; every agent has it.</summary>
    public const string Process = "process";

    /// <summary>Containers of a Docker Engine.</summary>
    public const string Docker = "docker";
}
