using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary>Where a rollback leads.</summary>
internal static class PreviousVersion
{
    /// <summary>The newest version before the present one; versions are timestamps whose order is that of their text.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static string Of(string id, string present, IEnumerable<string> versions) =>
        versions.Where(version => string.CompareOrdinal(version, present) < 0).Max(StringComparer.Ordinal)
            ?? throw new CommandException(ExitCodes.NotFound, $"{id} has no version before {present}");

    /// <summary>Rolls back to a version, and tells a version that does not exist from an app or a pod that does not.</summary>
    /// <param name="noun">app or pod.</param>
    /// <param name="id">Its path.</param>
    /// <param name="version">The version.</param>
    /// <param name="versions">Lists those that there are.</param>
    /// <param name="rollback">Does it.</param>
    /// <exception cref="CommandException">There is no such version.</exception>
    public static async Task<T> RollbackAsync<T>(string noun, string id, string version, Func<Task<IReadOnlyList<string>>> versions, Func<Task<T>> rollback)
    {
        try
        {
            return await rollback();
        }
        catch (PlatformException exception) when (exception.Error is PlatformError.NotFound or PlatformError.Invalid or PlatformError.Refused)
        {
            if ((await versions()).Contains(version))
                throw;
            throw new CommandException(ExitCodes.NotFound, $"{id} has no version {version}; './platform {noun} versions {id}' lists those that are kept");
        }
    }
}
