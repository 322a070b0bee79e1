namespace Platform.Host.Commands;

/// <summary>Where a rollback leads when no version is named.</summary>
internal static class PreviousVersion
{
    /// <summary>The newest version before the present one; versions are timestamps whose order is that of their text.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    public static string Of(string id, string present, IEnumerable<string> versions) =>
        versions.Where(version => string.CompareOrdinal(version, present) < 0).Max(StringComparer.Ordinal)
            ?? throw new CommandException(ExitCodes.NotFound, $"{id} has no version before {present}");
}
