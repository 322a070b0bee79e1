using Platform.Contracts.Apps;
using Platform.Core.Apps;

namespace Platform.Api.Marathon;

/// <summary>An app as readers see it.</summary>
/// <param name="Definition">The definition that the tree has now.</param>
/// <param name="Status">What its grain says; null if it has not been told of the app yet.</param>
/// <param name="DeploymentId">The running deployment that holds it, or null.</param>
internal sealed record AppView(AppVersion Definition, AppStatus? Status, string? DeploymentId);
