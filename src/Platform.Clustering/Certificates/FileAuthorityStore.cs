namespace Platform.Clustering.Certificates;

/// <summary>The authority in a file of the data directory, <c>authority.json</c>.</summary>
public sealed class FileAuthorityStore(string directory) : IAuthorityStore
{
    private readonly string _file = Path.Combine(directory, "authority.json");

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return File.Exists(_file) ? await File.ReadAllTextAsync(_file, cancellationToken) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{_file} cannot be read: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryAddAsync(string text, CancellationToken cancellationToken)
    {
        // Under another name first: a crash must not leave half of it behind.
        var fresh = $"{_file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            await using (var stream = new FileStream(fresh, options))
            {
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
                stream.Flush(flushToDisk: true);
            }
            return TryMove(fresh);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{_file} cannot be written: {failure.Message}");
        }
    }

    private bool TryMove(string fresh)
    {
        try
        {
            File.Move(fresh, _file, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(_file))
        {
            File.Delete(fresh);
            return false;
        }
    }
}
