using Platform.Clustering.Certificates.Acme;

namespace Platform.Clustering.Certificates;

/// <summary>The authority in a file of the data directory, <c>authority.json</c>.</summary>
public sealed class FileAuthorityStore(string directory) : IAuthorityStore
{
    private readonly string _file = Path.Combine(directory, "authority.json");

    /// <inheritdoc/>
    public IAcmeStore Acme { get; } = new FileAcmeStore(directory);

    /// <inheritdoc/>
    public Task<string?> ReadAsync(CancellationToken cancellationToken) => OwnFile.ReadAsync(_file, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryAddAsync(string text, CancellationToken cancellationToken) => OwnFile.WriteAsync(_file, text, overwrite: false, cancellationToken);
}
