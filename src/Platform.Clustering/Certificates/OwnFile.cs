using System.Runtime.InteropServices;

namespace Platform.Clustering.Certificates;

/// <summary>A small file that its user alone may read, and that is there whole or not at all.</summary>
internal static partial class OwnFile
{
    // EEXIST of Linux.
    private const int AlreadyThere = 17;

    /// <summary>Its text; null: it is not there.</summary>
    /// <exception cref="AuthorityException">It cannot be read.</exception>
    public static async Task<string?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{file} cannot be read: {failure.Message}");
        }
    }

    /// <summary>Writes it; false: it is there already, and must not be replaced.</summary>
    /// <exception cref="AuthorityException">It cannot be written.</exception>
    public static async Task<bool> WriteAsync(string file, string text, bool overwrite, CancellationToken cancellationToken)
    {
        // Under another name first: a crash must not leave half of it behind.
        var fresh = $"{file}.{Guid.NewGuid():N}";
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
            return TryMove(fresh, file, overwrite);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{file} cannot be written: {failure.Message}");
        }
    }

    private static bool TryMove(string fresh, string file, bool overwrite)
    {
        // A move that must not overwrite looks first, and then moves: of two at once both may succeed. A second name is there or it is not.
        if (!overwrite && OperatingSystem.IsLinux())
        {
            var isLinked = Link(fresh, file) == 0;
            if (isLinked || Marshal.GetLastPInvokeError() == AlreadyThere)
            {
                File.Delete(fresh);
                return isLinked;
            }
            // A file system without second names.
        }
        try
        {
            File.Move(fresh, file, overwrite);
            return true;
        }
        catch (IOException) when (!overwrite && File.Exists(file))
        {
            File.Delete(fresh);
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);
}
