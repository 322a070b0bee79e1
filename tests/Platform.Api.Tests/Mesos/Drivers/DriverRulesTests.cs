using System.Net;
using Platform.Api.Mesos.Drivers;

namespace Platform.Api.Tests.Mesos.Drivers;

/// <summary>Whom a driver is taken for, and what is done with what it asks.</summary>
public sealed class DriverRulesTests
{
    [Theory]
    // The first time, and a retry before the answer was heard.
    [InlineData(null, false, null, false, "Begin")]
    [InlineData(null, false, "f", false, "Repeat")]
    // A scheduler that was started again.
    [InlineData("f", true, null, true, "Begin")]
    [InlineData("f", true, null, false, "Begin")]
    [InlineData("f", true, "f", false, "Repeat")]
    // One that had lost the master: unless another is there.
    [InlineData("f", false, null, false, "Begin")]
    [InlineData("f", false, null, true, "FailedOver")]
    [InlineData("f", false, "f", false, "Update")]
    // The stream of one framework is not that of another.
    [InlineData("g", true, "f", false, "Drop")]
    public void A_subscription_begins_a_stream_or_repeats_the_answer(string? asked, bool isFailover, string? current, bool isTaken, string fate) =>
        DriverRules.FateOf(asked, isFailover, current, isTaken).ToString().ShouldBe(fate);

    [Theory]
    [InlineData("f", true, true, false, "Act")]
    [InlineData("g", true, true, false, "Drop")]
    // Without a stream of its own: another has it, nobody has it, it has ended, or the driver was told already.
    [InlineData(null, true, true, false, "Drop")]
    [InlineData(null, true, false, false, "Resume")]
    [InlineData(null, false, false, false, "Disconnected")]
    [InlineData(null, true, false, true, "Disconnected")]
    public void A_call_counts_from_the_driver_that_has_the_stream(string? current, bool isThere, bool isTaken, bool wasTold, string fate) =>
        DriverRules.FateOf("f", current, isThere, isTaken, wasTold).ToString().ShouldBe(fate);

    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7", true)]
    [InlineData("10.0.0.7", "::ffff:10.0.0.7", true)]
    [InlineData("10.0.0.8", "10.0.0.7", false)]
    // This machine is 10.0.0.1 and loopback, and nobody else may name it.
    [InlineData("10.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "10.0.0.1", true)]
    [InlineData("127.0.1.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "10.0.0.7", false)]
    [InlineData("10.0.0.1", "10.0.0.7", false)]
    [InlineData("10.0.0.7", "127.0.0.1", false)]
    [InlineData("169.254.169.254", "127.0.0.1", false)]
    public void A_driver_is_where_its_connection_comes_from(string claimed, string peer, bool mayBe) =>
        DriverRules.MayBeAt(IPAddress.Parse(claimed), IPAddress.Parse(peer), () => [IPAddress.Parse("10.0.0.1")]).ShouldBe(mayBe);

    [Theory]
    [InlineData("", "10.0.0.1:5050", "master@10.0.0.1:5050")]
    [InlineData("", "[::ffff:10.0.0.1]:5050", "master@10.0.0.1:5050")]
    // A port that leads here: drivers know that one only.
    [InlineData("192.0.2.1:80", "10.0.0.1:5050", "master@192.0.2.1:80")]
    [InlineData("host:80", "10.0.0.1:5050", "master@10.0.0.1:5050")]
    public void The_control_plane_is_called_what_the_driver_calls_it(string host, string local, string master) =>
        DriverRules.MasterFor(host, IPEndPoint.Parse(local)).ToString().ShouldBe(master);
}
