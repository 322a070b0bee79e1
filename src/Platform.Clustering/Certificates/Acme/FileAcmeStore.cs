namespace Platform.Clustering.Certificates.Acme;

/// <summary>Account and certificate in a file of the data directory, <c>acme.json</c>. A data directory has one process, which has the lease.</summary>
public sealed class FileAcmeStore(string directory) : IAcmeStore
{
    private readonly string _file = Path.Combine(directory, "acme.json");

    /// <inheritdoc/>
    public Task<string?> ReadAsync(CancellationToken cancellationToken) => OwnFile.ReadAsync(_file, cancellationToken);

    /// <inheritdoc/>
    public async Task WriteAsync(string text, CancellationToken cancellationToken) => await OwnFile.WriteAsync(_file, text, overwrite: true, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> TryLeaseAsync(string owner, TimeSpan duration, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <inheritdoc/>
    public Task ReleaseAsync(string owner, CancellationToken cancellationToken) => Task.CompletedTask;
}
