using Platform.Core.Collections;
using Platform.Core.Groups;

namespace Platform.Core.Tests.Groups;

/// <summary>A tree of apps and groups with its gate; what it keeps is in a dictionary, and can be read anew from there at any time.</summary>
internal sealed class Tree : IKeptItems<GroupItem>
{
    private readonly Dictionary<string, GroupItem> _items = new(StringComparer.Ordinal);
    private readonly GroupOptions _options;
    private int _made;

    public Tree(Action<GroupOptions>? configure = null)
    {
        _options = new();
        configure?.Invoke(_options);
        Ledger = new(this, _options.KeptVersions);
    }

    public GroupLedger Ledger { get; private set; }

    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    IReadOnlyDictionary<string, GroupItem> IKeptItems<GroupItem>.Items => _items;

    private GroupGate Gate => new(Ledger, _options);

    void IKeptItems<GroupItem>.Set(string key, GroupItem value) => _items[key] = value;

    bool IKeptItems<GroupItem>.Remove(string key) => _items.Remove(key);

    public static AppChange Put(string id, string cmd = "true", int instances = 1, params string[] dependencies) =>
        new() { AppId = id, Spec = new() { Id = id, Cmd = cmd, Instances = instances, Dependencies = [.. dependencies] } };

    public static AppChange Remove(string id) => new() { AppId = id, Kind = AppChangeKind.Remove };

    /// <summary>Asks, and takes what is accepted into the tree.</summary>
    public GroupDecision Change(params AppChange[] apps) => Make(new() { Apps = [.. apps] });

    public GroupDecision Make(ChangeSet change)
    {
        Now += TimeSpan.FromSeconds(1);
        return Taken(Gate.Decide(change, Now, NewId));
    }

    public GroupDecision Revert(string deploymentId)
    {
        Now += TimeSpan.FromSeconds(1);
        return Taken(Gate.Revert(deploymentId, Now, NewId));
    }

    public GroupDecision Stop(string deploymentId)
    {
        Now += TimeSpan.FromSeconds(1);
        return Taken(Gate.Stop(deploymentId, Now, NewId));
    }

    /// <summary>All deployments end.</summary>
    public void End()
    {
        foreach (var id in Ledger.DeploymentOrder.ToList())
            Ledger.Unlock(id);
    }

    /// <summary>The process is gone, and another begins with what was kept.</summary>
    public void Restart() => Ledger = new(this, _options.KeptVersions);

    private GroupDecision Taken(GroupDecision decision)
    {
        if (decision.Accepted)
            Ledger.Apply(decision, "superseded");
        return decision;
    }

    private string NewId() => $"d{_made++}";
}
