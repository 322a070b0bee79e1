using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Ingress;

namespace Platform.Core.Registry;

/// <summary>The labels of a definition that balancers, the ingress and DNS pass over, because they cannot be read.</summary>
public static class LabelWarnings
{
    /// <summary>All of them, in the order in which they are found; each once.</summary>
    public static IReadOnlyList<LabelWarning> Of(AppSpec spec)
    {
        var warnings = new List<LabelWarning>();
        foreach (var (ports, pathOf) in AppEndpoints.LabelledPorts(spec))
        {
            foreach (var problem in IngressLabels.Problems(spec.Labels, ports))
                warnings.Add(new(PathOf(problem, spec.Labels, ports, pathOf), problem));
            for (var i = 0; i < ports.Count; i++)
            {
                var problems = new List<string>();
                foreach (var _ in VirtualAddresses.Of(ports[i], AppEndpoints.Framework, problems))
                {
                    // Only what it says against labels counts.
                }
                foreach (var problem in problems.Distinct())
                    warnings.Add(new($"{pathOf(i)}/labels{KeyIn(problem, ports[i].Labels.Keys)}", problem));
            }
        }
        return [.. warnings.Distinct()];
    }

    private static string PathOf(string problem, ValueMap<string> labels, ValueList<EndpointPort> ports, Func<int, string> pathOf)
    {
        if (KeyIn(problem, labels.Keys) is { Length: > 0 } ofApp)
            return "/labels" + ofApp;
        for (var i = 0; i < ports.Count; i++)
        {
            if (KeyIn(problem, ports[i].Labels.Keys) is { Length: > 0 } ofPort)
                return $"{pathOf(i)}/labels{ofPort}";
        }
        return "/labels";
    }

    // Each problem begins with the label that it is about; as a JSON pointer (RFC 6901).
    private static string KeyIn(string problem, IEnumerable<string> keys) =>
        keys.FirstOrDefault(key => problem.StartsWith($"label {key}: ", StringComparison.Ordinal)) is { } found
            ? "/" + found.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)
            : "";
}
