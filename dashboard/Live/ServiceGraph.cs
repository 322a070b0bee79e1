using System.Text.RegularExpressions;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Dashboard.Live;

/// <summary>An app, a group or a service, and what it needs.</summary>
/// <param name="Id">The path of an app or a group, or the name of a service from outside.</param>
/// <param name="Needs">The ids of what it needs.</param>
internal sealed record ServiceNode(string Id, IReadOnlyList<string> Needs);

/// <summary>Which service needs which, as far as definitions tell: by dependencies, and by names of services in environment variables.</summary>
internal static partial class ServiceGraph
{
    /// <summary>So many names of one app are looked up at most.</summary>
    private const int MostHosts = 20;

    /// <summary>Everything that needs something or is needed, in order.</summary>
    /// <param name="apps">The apps and pods.</param>
    /// <param name="groups">What everything in a group needs, by the group's path.</param>
    /// <param name="services">The services that have endpoints.</param>
    public static IReadOnlyList<ServiceNode> Of(IReadOnlyDictionary<string, AppSummary> apps, IReadOnlyDictionary<string, ValueList<string>> groups, IReadOnlyList<ServiceLine> services)
    {
        var names = NamesOf(services);
        var needs = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        void Add(string who, string whom)
        {
            if (who == whom)
                return;
            Node(who).Add(whom);
            Node(whom);
        }

        foreach (var app in apps.Values)
        {
            foreach (var path in app.Dependencies)
                Add(app.Id, path);
            for (var group = AppPath.Parent(app.Id); groups.Count > 0; group = AppPath.Parent(group))
            {
                foreach (var path in groups.GetValueOrDefault(group).Where(path => !AppPath.IsWithin(app.Id, path)))
                    Add(app.Id, path);
                if (group == AppPath.Root)
                    break;
            }
            foreach (var host in app.Hosts)
            {
                if (Find(names, host) is { } service && (!service.StartsWith('/') || apps.ContainsKey(service)))
                    Add(app.Id, service);
            }
        }

        return [.. needs.Select(node => new ServiceNode(node.Key, [.. node.Value]))];

        SortedSet<string> Node(string id)
        {
            if (!needs.TryGetValue(id, out var node))
                needs[id] = node = new(StringComparer.Ordinal);
            return node;
        }
    }

    /// <summary>What has a word in its id, with all that it needs and all that needs it, directly or not.</summary>
    /// <param name="word">The word; null or blank: everything.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="most">So many at most.</param>
    /// <returns>The nodes, and how many were left out.</returns>
    public static (IReadOnlyList<ServiceNode> Nodes, int Left) Around(string? word, IReadOnlyList<ServiceNode> nodes, int most)
    {
        var found = nodes.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        if (!string.IsNullOrWhiteSpace(word))
        {
            var needs = nodes.ToDictionary(node => node.Id, node => node.Needs, StringComparer.Ordinal);
            var needed = nodes.SelectMany(node => node.Needs.Select(need => (node.Id, need))).ToLookup(edge => edge.need, edge => edge.Id, StringComparer.Ordinal);
            var begun = found.Where(id => id.Contains(word.Trim(), StringComparison.OrdinalIgnoreCase)).ToList();
            found = [.. Reach(begun, id => needs[id]), .. Reach(begun, id => needed[id])];
        }
        var shown = nodes.Where(node => found.Contains(node.Id)).Take(most).ToList();
        var ids = shown.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        return ([.. shown.Select(node => node with { Needs = [.. node.Needs.Where(ids.Contains)] })], found.Count - shown.Count);
    }

    /// <summary>The names of services in texts.</summary>
    /// <param name="texts">Values of environment variables; null: one that is a secret.</param>
    public static ValueList<string> HostsIn(IEnumerable<string?> texts) => texts.OfType<string>()
        .Where(text => text.Contains(".marathon", StringComparison.OrdinalIgnoreCase) || text.Contains(".mesos", StringComparison.OrdinalIgnoreCase))
        .SelectMany(text => Host().Matches(text)).Select(match => match.Value.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Take(MostHosts).ToValueList();

    private static HashSet<string> Reach(IEnumerable<string> from, Func<string, IEnumerable<string>> next)
    {
        var (found, open) = (new HashSet<string>(from, StringComparer.Ordinal), new Queue<string>(from));
        while (open.TryDequeue(out var id))
        {
            foreach (var one in next(id).Where(found.Add))
                open.Enqueue(one);
        }
        return found;
    }

    // What DNS and the balancer know a service by, without the zone: an app's also with its path in one label.
    private static Dictionary<string, string> NamesOf(IReadOnlyList<ServiceLine> services)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var id = service.App ?? service.Name;
            var (name, framework) = ServiceNames.Split(service.Name);
            names[$"{name}.{framework}"] = id;
            if (service.App is { } app)
                names[$"{string.Join('-', app.Trim('/').Split('/').Reverse())}.{framework}"] = id;
            foreach (var address in service.Addresses.Split(", ", StringSplitOptions.RemoveEmptyEntries))
                names[address.Split(':')[0]] = id;
        }
        return names;
    }

    // The longest beginning that is a name: zones come after it.
    private static string? Find(Dictionary<string, string> names, string host)
    {
        for (var end = host.Length; end > 0; end = host.LastIndexOf('.', end - 1))
        {
            if (names.TryGetValue(host[..end], out var service))
                return service;
        }
        return null;
    }

    [GeneratedRegex("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+", RegexOptions.IgnoreCase)]
    private static partial Regex Host();
}
