namespace Platform.Api.Marathon.Definitions;

/// <summary>The largest values that a definition may have. Marathon has no such limits; what is beyond them no cluster could carry out.</summary>
internal static class Bounds
{
    /// <summary>Instances of one app.</summary>
    public const int Instances = 100_000;

    /// <summary>Cores, or MB, of one instance: a petabyte of memory or disk.</summary>
    public const double Resource = 1_000_000_000;

    /// <summary>Seconds of any time: 68 years, which is how far Marathon's whole numbers go.</summary>
    public const int Seconds = int.MaxValue;

    /// <summary>What a delay may be multiplied with after each failure.</summary>
    public const double Factor = 1_000_000;
}
