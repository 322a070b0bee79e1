using System.IO.Enumeration;

namespace Platform.Core.Jobs;

/// <summary>Patterns of file names: <c>*</c> stands for any characters, <c>?</c> for one. As in a shell, a name that begins with a dot is meant only by a pattern that does.</summary>
public static class FilePattern
{
    /// <summary>Whether a name is meant. Letters must agree in case.</summary>
    public static bool Matches(string pattern, string name) =>
        (!name.StartsWith('.') || pattern.StartsWith('.')) && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <summary>Whether a text can mean any file at all.</summary>
    public static bool IsPattern(string text) => text.Length is > 0 and <= 255 && text.AsSpan().IndexOfAny('/', '\0', '\\') < 0 && text is not ("." or "..");
}
