namespace Platform.Agent.Isolation;

/// <summary>The machine does not let the agent use cgroups: tasks run without limits.</summary>
internal sealed class NoCgroups(string reason) : ICgroupLayout
{
    public string Description => $"limits on cpu, memory and processes are not enforced: {reason}";

    public bool Enforces => false;

    public TaskCgroup Create(string name, in TaskLimits limits) => TaskCgroup.None;

    public TaskCgroup Open(string name) => TaskCgroup.None;

    public IReadOnlyList<string> List() => [];

    public void RemoveEmptyFolders()
    {
    }
}
