namespace Platform.Clustering.Certificates;

/// <summary>Where the authority is kept. What it keeps holds no key in the clear.</summary>
public interface IAuthorityStore
{
    /// <summary>What is kept; null: nothing yet.</summary>
    /// <exception cref="AuthorityException">It cannot be read.</exception>
    Task<string?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Keeps it if nothing is kept yet; false: something is.</summary>
    /// <exception cref="AuthorityException">It cannot be written.</exception>
    Task<bool> TryAddAsync(string text, CancellationToken cancellationToken);
}
