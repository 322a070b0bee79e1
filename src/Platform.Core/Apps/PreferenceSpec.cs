namespace Platform.Core.Apps;

/// <summary>A soft preference: better if it can be had.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PreferenceSpec")]
public sealed record PreferenceSpec
{
    /// <summary>attribute, app or spread.</summary>
    [Id(0)] public string Kind { get; init; } = "attribute";

    /// <summary>The attribute (or hostname, @region, @zone), or the path of the other app.</summary>
    [Id(1)] public string Target { get; init; } = "";

    /// <summary>The wished value of an attribute, or the wished share per value of a spread such as <c>a=70,b=30</c>; null: any value, even shares.</summary>
    [Id(2)] public string? Value { get; init; }

    /// <summary>-100 to 100; negative: away from it. Default 50.</summary>
    [Id(3)] public int Weight { get; init; } = 50;
}
