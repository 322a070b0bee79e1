namespace Platform.Contracts.Recovery;

/// <summary>A grain that goes on by itself with what is stored: all that it takes is a call that activates it.</summary>
[Alias("Platform.IWakeable")]
public interface IWakeable : IGrain
{
    /// <summary>After a start, or after an activation ended because a write failed: it goes on with what is stored. Returns at once.</summary>
    [AlwaysInterleave, Alias("Wake")]
    Task WakeAsync();
}
