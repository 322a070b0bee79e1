using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>New instances come in steps, each of which is promoted by itself or by a person.</summary>
[GenerateSerializer, Immutable]
public sealed record CanarySpec
{
    /// <summary>How many new instances each step has: a count such as <c>2</c> or a share such as <c>10%</c>.</summary>
    [Id(0)] public ValueList<string> Steps { get; init; }

    /// <summary>A step is promoted when its instances were healthy for this long. Seconds; null: by <c>POST .../promote</c> only.</summary>
    [Id(1)] public double? PromoteAfterSeconds { get; init; }

    /// <summary>Start all new instances beside the old ones and switch at promotion (blue-green). Default false.</summary>
    [Id(2)] public bool BlueGreen { get; init; }

    /// <summary>The number of promotions: blue-green without steps has one.</summary>
    public int StepCount => BlueGreen ? Math.Max(1, Steps.Count) : Steps.Count;
}
