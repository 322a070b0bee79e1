using Platform.Core.Jobs;

namespace Platform.Grains.Jobs;

/// <summary>Hands notices to their receivers.</summary>
public interface INoticeSender
{
    /// <summary>Hands one over; done when the receiver has taken it.</summary>
    /// <returns>Null if it was taken; else why not.</returns>
    Task<string?> SendAsync(JobNotice notice, CancellationToken cancellationToken);
}
