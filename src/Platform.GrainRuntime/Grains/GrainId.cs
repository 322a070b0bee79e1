using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Platform.GrainRuntime;

/// <summary>The identity of a grain: its type's name and its key. Written as <c>type/key</c>.</summary>
/// <param name="Type">The grain type's name: the class name in lower case without the suffix "grain", or what <see cref="GrainTypeAttribute"/> says.</param>
/// <param name="Key">The key; a numeric key is written in upper-case hexadecimal.</param>
[GenerateSerializer, Immutable]
public readonly record struct GrainId([property: Id(0)] string Type, [property: Id(1)] string Key)
{
    /// <summary>Makes the identity of a grain of the named type.</summary>
    public static GrainId Create(string type, string key) => new(type, key);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">There is no slash in the text.</exception>
    public static GrainId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a grain id; expected 'type/key'.");

    /// <summary>Reads what <see cref="ToString"/> wrote; false when there is no slash in the text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out GrainId id)
    {
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        id = slash < 0 ? default : new GrainId(text![..slash], text[(slash + 1)..]);
        return slash >= 0;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type}/{Key}";

    internal static string FormatInteger(long key) => key.ToString("X", CultureInfo.InvariantCulture);

    internal long IntegerKey => long.TryParse(Key, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw new InvalidOperationException($"The key of grain {this} is not a number.");
}
