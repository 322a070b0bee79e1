using System.Collections.Immutable;

namespace Platform.Core.Tests.Placement;

internal static class Dictionaries
{
    public static ImmutableSortedDictionary<string, decimal> ToImmutable(this IEnumerable<int> numbers, Func<int, string> name, Func<int, decimal> amount) =>
        numbers.ToImmutableSortedDictionary(name, amount);
}
