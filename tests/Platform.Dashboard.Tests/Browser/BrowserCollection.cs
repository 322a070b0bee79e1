namespace Platform.Dashboard.Tests.Browser;

/// <summary>Tests that share one control plane and one browser.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<DashboardRun>
{
    /// <summary>Its name.</summary>
    public const string Name = "browser";
}
