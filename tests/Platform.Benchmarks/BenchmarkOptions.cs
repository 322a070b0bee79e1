using System.Globalization;

namespace Platform.Benchmarks;

/// <summary>The options behind a benchmark's name: <c>--name value</c> pairs.</summary>
internal sealed class BenchmarkOptions
{
    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _known = [];

    /// <exception cref="ArgumentException">The arguments are not pairs.</exception>
    public BenchmarkOptions(ReadOnlySpan<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == arguments.Length)
            {
                throw new ArgumentException($"'{arguments[i]}' is not understood; options are written --name value.");
            }

            _values[arguments[i][2..]] = arguments[i + 1];
        }
    }

    /// <summary>A number, or its default.</summary>
    /// <exception cref="ArgumentException">The value is not a positive number.</exception>
    public int Number(string name, int defaultValue)
    {
        var text = Text(name, defaultValue.ToString(CultureInfo.InvariantCulture));
        return int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= 0
            ? value
            : throw new ArgumentException($"--{name} takes a number, not '{text}'.");
    }

    /// <summary>A text, or its default.</summary>
    public string Text(string name, string defaultValue)
    {
        _known.Add(name);
        return _values.GetValueOrDefault(name, defaultValue);
    }

    /// <summary>To be called when all options were asked for.</summary>
    /// <exception cref="ArgumentException">An option was given that the benchmark does not have.</exception>
    public void RejectUnknown()
    {
        if (_values.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"--{unknown} is not an option of this benchmark; it has {string.Join(", ", _known.Select(name => $"--{name}"))}.");
        }
    }
}
