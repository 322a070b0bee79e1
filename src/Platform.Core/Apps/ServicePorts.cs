using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>Cluster-wide service ports: each app's ports that are 0 get a number that no other app has.</summary>
/// <remarks>Marathon's rule (AssignDynamicServiceLogic): an app keeps the numbers that it had, then the lowest free numbers of the range are taken.</remarks>
public static class ServicePorts
{
    /// <summary>The first number that is assigned. Default 10,000 (Marathon's --local_port_min).</summary>
    public const int DefaultFirst = 10_000;

    /// <summary>The last number that is assigned. Default 20,000 (Marathon's --local_port_max).</summary>
    public const int DefaultLast = 20_000;

    /// <summary>The service ports of an app in the order of their definition; 0 for one that is not assigned yet.</summary>
    public static ValueList<int> Of(AppSpec spec)
    {
        if (UsesMappings(spec))
            return spec.Container!.PortMappings.Select(m => m.ServicePort ?? 0).ToValueList();
        return spec.PortDefinitions.Select(p => p.Port).ToValueList();
    }

    /// <summary>Whether a port of the app has no number yet.</summary>
    public static bool NeedsAssignment(AppSpec spec) => Of(spec).Contains(0);

    /// <summary>The app with a number for each port, or null if the range is used up.</summary>
    /// <param name="spec">The new definition.</param>
    /// <param name="previous">The definition that it replaces, whose numbers are taken again; null for a new app.</param>
    /// <param name="taken">The numbers that apps have, those of <paramref name="previous"/> included; numbers that are given out are added.</param>
    /// <param name="first">The first number of the range.</param>
    /// <param name="last">The last number of the range.</param>
    public static AppSpec? Assign(AppSpec spec, AppSpec? previous, ISet<int> taken, int first = DefaultFirst, int last = DefaultLast)
    {
        var wanted = Of(spec);
        foreach (var port in wanted)
        {
            if (port != 0)
                taken.Add(port);
        }
        if (!wanted.Contains(0))
            return spec;

        var own = new Queue<int>();
        if (previous is not null)
        {
            foreach (var port in Of(previous))
            {
                if (port >= first && port <= last && !wanted.Contains(port))
                    own.Enqueue(port);
            }
        }

        var next = first;
        var assigned = new int[wanted.Count];
        for (var i = 0; i < assigned.Length; i++)
        {
            assigned[i] = wanted[i];
            if (assigned[i] != 0 || own.TryDequeue(out assigned[i]))
                continue;
            while (next <= last && taken.Contains(next))
                next++;
            if (next > last)
                return null;
            assigned[i] = next;
            taken.Add(next);
        }
        return With(spec, assigned);
    }

    private static bool UsesMappings(AppSpec spec) => spec.Container is { PortMappings.IsEmpty: false };

    private static AppSpec With(AppSpec spec, int[] ports) => UsesMappings(spec)
        ? spec with { Container = spec.Container! with { PortMappings = spec.Container.PortMappings.Select((m, i) => m with { ServicePort = ports[i] }).ToValueList() } }
        : spec with { PortDefinitions = spec.PortDefinitions.Select((p, i) => p with { Port = ports[i] }).ToValueList() };
}
