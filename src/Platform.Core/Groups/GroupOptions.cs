using Platform.Core.Apps;

namespace Platform.Core.Groups;

/// <summary>Settings of the gate that changes pass.</summary>
public sealed class GroupOptions
{
    /// <summary>Deployments that may run at the same time. Default 100, as in Marathon (<c>--max_running_deployments</c>).</summary>
    public int MaxRunningDeployments { get; set; } = 100;

    /// <summary>How often running deployments are looked after, in case the silo that carried one out has died. Default 30 s.</summary>
    public TimeSpan ResumeInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The first service port that is given to an app that asks for any. Default 10,000 (<c>--local_port_min</c>).</summary>
    public int FirstServicePort { get; set; } = ServicePorts.DefaultFirst;

    /// <summary>The last service port that is given to an app that asks for any. Default 20,000 (<c>--local_port_max</c>).</summary>
    public int LastServicePort { get; set; } = ServicePorts.DefaultLast;

    /// <summary>Versions of the tree that are kept. Default 500.</summary>
    public int KeptVersions { get; set; } = 500;
}
