using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos;

namespace Platform.Api.Tests.Mesos;

/// <summary>Under which name clients of Mesos are told to reach the control plane.</summary>
public sealed class MasterIdentityTests
{
    [Theory]
    [InlineData(null, "here:5050", "here", 5050)]
    [InlineData(null, "here", "here", 80)]
    [InlineData("node1.example", "127.0.0.1:5050", "node1.example", 5050)]
    [InlineData("10.0.0.7", "here:1234", "10.0.0.7", 1234)]
    public void It_is_the_one_that_was_given_or_that_the_client_came_by(string? given, string host, string hostname, int port)
    {
        var http = new DefaultHttpContext();
        http.Request.Host = new(host);
        var master = new MasterIdentity(TimeProvider.System, new() { Hostname = given });
        master.Address(http).ShouldBe((hostname, port));
        var info = master.Info(http);
        (info.Hostname, info.Address.Hostname, info.Address.Port).ShouldBe((hostname, hostname, port));
    }
}
