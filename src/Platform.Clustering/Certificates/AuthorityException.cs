namespace Platform.Clustering.Certificates;

/// <summary>There is no authority that could be used; the message says why and what to do.</summary>
public sealed class AuthorityException(string message) : Exception(message);
