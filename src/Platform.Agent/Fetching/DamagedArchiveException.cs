namespace Platform.Agent.Fetching;

/// <summary>A file that is to be extracted is not the archive that it should be, or not the whole of it.</summary>
internal sealed class DamagedArchiveException(string message) : IOException(message);
