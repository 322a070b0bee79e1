namespace Platform.GrainRuntime;

/// <summary>A write was refused because something else wrote since the last read. The activation ends; the next one reads what is stored.</summary>
/// <param name="message">What was written, and where.</param>
/// <param name="storedEtag">The version that is stored.</param>
/// <param name="currentEtag">The version the writer had.</param>
public sealed class InconsistentStateException(string message, string? storedEtag, string? currentEtag) : Exception(message)
{
    /// <summary>The version that is stored.</summary>
    public string? StoredEtag { get; } = storedEtag;

    /// <summary>The version the writer had.</summary>
    public string? CurrentEtag { get; } = currentEtag;

    /// <summary>Whether it has not left the activation that wrote: the callers that it comes to keep theirs.</summary>
    internal bool IsSourceActivation { get; set; } = true;
}
