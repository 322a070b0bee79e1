namespace Platform.Api.Marathon.Rendering;

/// <summary>What an app's answer has besides its definition.</summary>
[Flags]
internal enum AppEmbed
{
    None = 0,
    Counts = 1,
    Deployments = 2,
    Tasks = 4,
    LastTaskFailure = 8,
    Readiness = 16,
    TaskStats = 32,
}
