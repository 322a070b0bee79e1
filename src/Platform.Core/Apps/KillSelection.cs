namespace Platform.Core.Apps;

/// <summary>Which instance is killed first.</summary>
[GenerateSerializer, Alias("Platform.KillSelection")]
public enum KillSelection
{
    /// <summary>The one that started last.</summary>
    YoungestFirst,

    /// <summary>The one that started first.</summary>
    OldestFirst,
}
