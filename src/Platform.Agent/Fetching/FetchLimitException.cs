namespace Platform.Agent.Fetching;

/// <summary>What is fetched, or unpacked, is more than there may be.</summary>
internal sealed class FetchLimitException(string message) : IOException(message);
