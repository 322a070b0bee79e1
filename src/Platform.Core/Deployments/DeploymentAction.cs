using System.Text.Json.Serialization;

namespace Platform.Core.Deployments;

/// <summary>One action on one app or pod.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="AppId">The path.</param>
/// <param name="IsPod">It is a pod.</param>
[GenerateSerializer, Immutable, Alias("Platform.DeploymentAction")]
public sealed record DeploymentAction([property: Id(0)] DeploymentActionKind Kind, [property: Id(1)] string AppId, [property: Id(2)] bool IsPod = false)
{
    /// <summary>The name of the action as plans show it (that of Marathon).</summary>
    [JsonIgnore]
    public string WireName => Kind.ToWireName(IsPod);
}
