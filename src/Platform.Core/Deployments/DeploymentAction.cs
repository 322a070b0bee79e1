namespace Platform.Core.Deployments;

/// <summary>One action on one app.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="AppId">The app's path.</param>
[GenerateSerializer, Immutable]
public sealed record DeploymentAction([property: Id(0)] DeploymentActionKind Kind, [property: Id(1)] string AppId);
