namespace Platform.Client.Apps;

/// <summary>How a change is made.</summary>
public sealed record ChangeOptions
{
    /// <summary>Cancel the deployments that are in the way. Default false: the change is refused with a conflict.</summary>
    public bool Force { get; init; }
}
