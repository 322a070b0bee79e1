namespace Platform.Core.Security.Certificates;

/// <summary>How long to wait after an authority of elsewhere has not given a certificate.</summary>
public static class AcmeRetry
{
    private const int MostDoublings = 10;

    /// <summary>After the first failure. A minute: public authorities count failures, and keep out who has many.</summary>
    public static TimeSpan First { get; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest, unless the authority asks for more. An hour.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromHours(1);

    /// <summary>What an authority may ask for at most. A day.</summary>
    public static TimeSpan LongestAsked { get; } = TimeSpan.FromDays(1);

    /// <summary>The pause before the next try: twice as long with each failure.</summary>
    /// <param name="failures">How often in a row it has failed; 1 or more.</param>
    /// <param name="asked">How long the authority wants to be left alone; null: it has not said.</param>
    public static TimeSpan PauseAfter(int failures, TimeSpan? asked)
    {
        var pause = First * Math.Pow(2, Math.Clamp(failures - 1, 0, MostDoublings));
        pause = pause < Longest ? pause : Longest;
        return asked is not { } least || least <= pause ? pause : least < LongestAsked ? least : LongestAsked;
    }
}
