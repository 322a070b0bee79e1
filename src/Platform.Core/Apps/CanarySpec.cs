using System.Globalization;
using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>New instances come in steps, each of which is promoted by itself or by a person.</summary>
[GenerateSerializer, Immutable, Alias("Platform.CanarySpec")]
public sealed record CanarySpec
{
    /// <summary>How many new instances each step has: a count such as <c>2</c> or a share such as <c>10%</c>.</summary>
    [Id(0)] public ValueList<string> Steps { get; init; }

    /// <summary>A step is promoted when its instances were healthy for this long. Seconds; null: by <c>POST .../promote</c> only.</summary>
    [Id(1)] public double? PromoteAfterSeconds { get; init; }

    /// <summary>Start all new instances beside the old ones and switch at promotion (blue-green). Default false.</summary>
    [Id(2)] public bool BlueGreen { get; init; }

    /// <summary>The share of new connections that the new instances of each step get together, in percent; empty: each as much as an old one, and with blue-green none before the switch.</summary>
    [Id(3)] public ValueList<double> Traffic { get; init; }

    /// <summary>The share of new connections of a step, in percent; null: as many as its instances take.</summary>
    /// <param name="step">The step, from 0.</param>
    public double? TrafficOf(int step) => step < Traffic.Count ? Traffic[step] : BlueGreen ? 0 : null;

    /// <summary>The new instances of a step: a count, or a share of the wanted instances of which there is at least one.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="wanted">The instances of the app.</param>
    public int InstancesOf(int step, int wanted)
    {
        if (Steps.IsEmpty)
            return wanted;
        var text = Steps[step].AsSpan().Trim();
        if (text.EndsWith("%") && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var percent))
            return Math.Clamp((int)Math.Ceiling(Math.Round(wanted * percent / 100, 6)), Math.Min(1, wanted), wanted);
        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count)
            ? Math.Clamp(count, Math.Min(1, wanted), wanted)
            : wanted;
    }

    /// <summary>The number of promotions: blue-green without steps has one.</summary>
    public int StepCount => BlueGreen ? Math.Max(1, Steps.Count) : Steps.Count;
}
