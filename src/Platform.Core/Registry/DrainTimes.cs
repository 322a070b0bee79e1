using Platform.Core.Collections;
using Platform.Core.Ingress;

namespace Platform.Core.Registry;

/// <summary>How long tasks go on after nobody is sent to them any more, where their definition does not say.</summary>
public static class DrainTimes
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(5);

    /// <summary>5 seconds for what balancers or the ingress send connections to, none for others.</summary>
    /// <param name="labels">Labels of the task.</param>
    /// <param name="ports">Labels of each of its ports.</param>
    public static TimeSpan Of(ValueMap<string> labels, IEnumerable<ValueMap<string>> ports) =>
        IsBalanced(labels, ports) ? Default : TimeSpan.Zero;

    /// <summary>Whether balancers or the ingress send connections to it, so that they can tell when nothing is under way any more.</summary>
    /// <param name="labels">Labels of the task.</param>
    /// <param name="ports">Labels of each of its ports.</param>
    public static bool IsBalanced(ValueMap<string> labels, IEnumerable<ValueMap<string>> ports) =>
        labels.Keys.Any(IngressLabels.IsLabel) || ports.Any(port => port.Keys.Any(key => VirtualAddress.IsLabel(key) || IngressLabels.IsLabel(key)));
}
