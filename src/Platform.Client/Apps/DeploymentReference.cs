namespace Platform.Client.Apps;

/// <summary>Names a deployment.</summary>
/// <param name="Id">Its id.</param>
public sealed record DeploymentReference(string Id);
