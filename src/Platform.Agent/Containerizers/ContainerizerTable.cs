using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers;

/// <summary>The containerizers of one agent, by name.</summary>
internal sealed class ContainerizerTable(params IReadOnlyList<IContainerizer> all)
{
    /// <summary>All of them.</summary>
    public IReadOnlyList<IContainerizer> All => all;

    /// <summary>The names of those that can run tasks now.</summary>
    public IEnumerable<string> Available => all.Where(one => one.Fingerprint.IsAvailable).Select(one => one.Name);

    /// <summary>The one that a task asks for; null: this agent does not have it.</summary>
    public IContainerizer? Find(TaskSpec spec) => Find(NameFor(spec));

    /// <summary>One by its name; null: this agent does not have it.</summary>
    public IContainerizer? Find(string name) => all.FirstOrDefault(one => one.Name == name);

    /// <summary>The name of the containerizer that a task asks for.</summary>
    public static string NameFor(TaskSpec spec) => spec.Image?.Containerizer ?? Core.Placement.Containerizers.Process;
}
