namespace Platform.Core.Security;

/// <summary>How long an account rests after wrong passwords.</summary>
public static class LockOut
{
    /// <summary>So many may be wrong before the account rests.</summary>
    public const int Free = 5;

    /// <summary>The longest rest.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMinutes(15);

    /// <summary>The rest after so many wrong passwords: nothing, then 1 s, and twice as long with each one more.</summary>
    public static TimeSpan After(int failures) => failures < Free ? TimeSpan.Zero
        : failures - Free >= 10 ? Longest
        : TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, 1 << (failures - Free)));
}
