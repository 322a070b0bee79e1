using System.Collections.Immutable;

namespace Platform.GrainRuntime;

/// <summary>Values that travel with a call to all calls made on its behalf.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<ImmutableDictionary<string, object>?> Values = new();

    /// <summary>The names that are set.</summary>
    public static IEnumerable<string> Keys => Values.Value?.Keys ?? [];

    internal static ImmutableDictionary<string, object>? Current
    {
        get => Values.Value;
        set
        {
            if (!ReferenceEquals(Values.Value, value))
            {
                Values.Value = value;
            }
        }
    }

    /// <summary>The value of this name, or null.</summary>
    public static object? Get(string key) => Values.Value?.GetValueOrDefault(key);

    /// <summary>Sets a value for the rest of this call and the calls made from it. The value must not be changed afterwards.</summary>
    public static void Set(string key, object value) =>
        Values.Value = (Values.Value ?? ImmutableDictionary<string, object>.Empty).SetItem(key, value);

    /// <summary>Removes a value; false when there is none.</summary>
    public static bool Remove(string key)
    {
        var values = Values.Value;
        if (values?.ContainsKey(key) != true)
        {
            return false;
        }

        values = values.Remove(key);
        Values.Value = values.IsEmpty ? null : values;
        return true;
    }

    /// <summary>Removes all values.</summary>
    public static void Clear() => Current = null;
}
