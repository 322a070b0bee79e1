using Platform.Core.Apps;

namespace Platform.Core.Groups;

/// <summary>Who depends on whom in a tree of groups and apps, and in which order they can be deployed.</summary>
/// <remarks>
/// An app depends on what it names, and on what its group and the groups above name; to depend on a group is to depend on every app below it.
/// A path that is not there is no dependency. The graph has two nodes besides the apps for each group, "all below it" and "all it depends on",
/// so that a group's dependency on a group costs one edge and not one for each pair of apps.
/// </remarks>
public sealed class DependencyGraph
{
    private readonly List<string?> _apps = [];
    private readonly List<List<(int Target, int Length)>> _edges = [];
    private readonly Dictionary<string, int> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _nodes = new(StringComparer.Ordinal);
    private readonly int[] _levels;
    private readonly int _open;

    /// <summary>Builds the graph.</summary>
    /// <param name="apps">Each app's path with what it depends on.</param>
    /// <param name="groups">Each group's path with what it depends on; groups that are only part of a path may be left out.</param>
    public DependencyGraph(
        IReadOnlyCollection<KeyValuePair<string, IReadOnlyList<string>>> apps,
        IReadOnlyCollection<KeyValuePair<string, IReadOnlyList<string>>> groups)
    {
        foreach (var (path, _) in groups)
            AddGroup(path);
        foreach (var (path, _) in apps)
        {
            var app = AddNode(path);
            _nodes[path] = app;
            var parent = AppPath.Parent(path);
            AddGroup(parent);
            _edges[_members[parent]].Add((app, 0));
            _edges[app].Add((_needs[parent], 0));
        }
        foreach (var (path, dependencies) in apps)
            AddDependencies(_nodes[path], dependencies);
        foreach (var (path, dependencies) in groups)
            AddDependencies(_needs[path], dependencies);
        (_levels, _open) = Measure();
    }

    /// <summary>True if something depends on itself.</summary>
    public bool HasCycle => _open > 0;

    /// <summary>The apps of one circle of dependencies, sorted; empty if there is none.</summary>
    public IReadOnlyList<string> FindCycle()
    {
        if (!HasCycle)
            return [];
        var node = Array.FindIndex(_levels, level => level < 0);
        var seen = new Dictionary<int, int>();
        var path = new List<int>();
        while (seen.TryAdd(node, path.Count))
        {
            path.Add(node);
            node = _edges[node].First(edge => _levels[edge.Target] < 0).Target;
        }
        return [.. path.Skip(seen[node]).Select(visited => _apps[visited]).OfType<string>().Order(StringComparer.Ordinal)];
    }

    /// <summary>The number of dependencies on the longest way down from an app; 0 if it depends on nothing, -1 if that way has no end.</summary>
    public int LevelOf(string app) => _levels[_nodes[app]];

    private int AddNode(string? app)
    {
        _apps.Add(app);
        _edges.Add([]);
        return _apps.Count - 1;
    }

    private void AddGroup(string path)
    {
        if (!_members.TryAdd(path, _apps.Count))
            return;
        var members = AddNode(null);
        var needs = _needs[path] = AddNode(null);
        if (path == "/")
            return;
        var parent = AppPath.Parent(path);
        AddGroup(parent);
        _edges[_members[parent]].Add((members, 0));
        _edges[needs].Add((_needs[parent], 0));
    }

    private void AddDependencies(int node, IReadOnlyList<string> dependencies)
    {
        foreach (var dependency in dependencies)
        {
            if (_nodes.TryGetValue(dependency, out var target) || _members.TryGetValue(dependency, out target))
                _edges[node].Add((target, 1));
        }
    }

    // Kahn's algorithm from the nodes that need nothing; what it does not reach is in a circle or needs one.
    private (int[] Levels, int Open) Measure()
    {
        var levels = new int[_apps.Count];
        var missing = new int[_apps.Count];
        var dependants = new List<(int Node, int Length)>?[_apps.Count];
        var ready = new Queue<int>();
        for (var node = 0; node < _apps.Count; node++)
        {
            missing[node] = _edges[node].Count;
            if (missing[node] == 0)
                ready.Enqueue(node);
            foreach (var (target, length) in _edges[node])
                (dependants[target] ??= []).Add((node, length));
        }
        var open = _apps.Count;
        while (ready.TryDequeue(out var node))
        {
            open--;
            foreach (var (dependant, length) in dependants[node] ?? [])
            {
                levels[dependant] = Math.Max(levels[dependant], levels[node] + length);
                if (--missing[dependant] == 0)
                    ready.Enqueue(dependant);
            }
        }
        for (var node = 0; node < _apps.Count; node++)
        {
            if (missing[node] > 0)
                levels[node] = -1;
        }
        return (levels, open);
    }
}
