namespace Platform.Agent.Containerizers;

/// <summary>What a task uses.</summary>
/// <param name="CpuSeconds">Cpu time since its start.</param>
/// <param name="MemoryBytes">Memory in use.</param>
/// <param name="Processes">Its processes.</param>
internal readonly record struct ContainerUsage(double CpuSeconds, long MemoryBytes, int Processes);
