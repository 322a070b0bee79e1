using Platform.Core.Security.Certificates;

namespace Platform.Core.Tests.Security.Certificates;

/// <summary>Pauses after an authority has refused.</summary>
public sealed class AcmeRetryTests
{
    [Theory]
    [InlineData(1, null, 1)]
    [InlineData(2, null, 2)]
    [InlineData(3, null, 4)]
    [InlineData(6, null, 32)]
    // 2^6 minutes are 64, more than an hour.
    [InlineData(7, null, 60)]
    [InlineData(1000, null, 60)]
    [InlineData(1, 0.5, 1)]
    [InlineData(1, 180.0, 180)]
    [InlineData(1, -5.0, 1)]
    [InlineData(1, 100_000.0, 1440)]
    public void Each_failure_doubles_the_pause_up_to_an_hour_and_the_authority_may_ask_for_up_to_a_day(int failures, double? askedMinutes, double minutes) =>
        AcmeRetry.PauseAfter(failures, askedMinutes is { } asked ? TimeSpan.FromMinutes(asked) : null).ShouldBe(TimeSpan.FromMinutes(minutes));
}
