using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Ingress;
using Platform.Core.Jobs;

namespace Platform.Core.Registry;

/// <summary>The labels of a definition that balancers, the ingress and DNS pass over, because they cannot be read.</summary>
public static class LabelWarnings
{
    /// <summary>All of an app or a pod, in the order in which they are found; each once.</summary>
    public static IReadOnlyList<LabelWarning> Of(AppSpec spec) => Of(spec.Labels, AppEndpoints.LabelledPorts(spec), AppEndpoints.Framework);

    /// <summary>All of a job, likewise.</summary>
    public static IReadOnlyList<LabelWarning> Of(JobSpec spec) =>
        Of(spec.Labels, [(JobEndpoints.LabelledPorts(spec), index => $"/task/ports/{index}")], JobEndpoints.Framework);

    /// <summary>All of a task of a framework, likewise. Paths are those of Mesos' TaskInfo, in which a label stands under its key; labels of its DiscoveryInfo count as its own.</summary>
    /// <param name="framework">The framework's name.</param>
    /// <param name="discovery">How the task wants to be found.</param>
    public static IReadOnlyList<LabelWarning> Of(string framework, FrameworkDiscovery discovery) =>
        discovery.Labels.IsEmpty && discovery.Ports.All(port => port.Labels.IsEmpty) ? []
        : Of(discovery.Labels, [(discovery.Ports, index => $"/discovery/ports/ports/{index}")], framework);

    private static IReadOnlyList<LabelWarning> Of(ValueMap<string> labels, IEnumerable<(ValueList<EndpointPort> Ports, Func<int, string> PathOf)> labelled, string framework)
    {
        var warnings = new List<LabelWarning>();
        foreach (var (ports, pathOf) in labelled)
        {
            foreach (var problem in IngressLabels.Problems(labels, ports))
                warnings.Add(new(PathOf(problem, labels, ports, pathOf), problem));
            for (var i = 0; i < ports.Count; i++)
            {
                var problems = new List<string>();
                foreach (var _ in VirtualAddresses.Of(ports[i], framework, problems))
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
