using System.Net;
using System.Net.Sockets;
using Platform.Api.Mesos.Drivers;

namespace Platform.Api.Tests.Mesos.Drivers;

/// <summary>The connection to a driver: what waits for it is bounded, and its end is noticed.</summary>
public sealed class DriverLinkTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public DriverLinkTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    private IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_driver_that_does_not_read_is_cut_off()
    {
        using var link = await DriverLink.ConnectAsync(Address, CancellationToken.None, mostBytes: 1024 * 1024);
        using var driver = await _listener.AcceptAsync();
        var running = link.RunAsync(CancellationToken.None);
        // More than the kernel holds for it by itself.
        for (var i = 0; i < 1024 && !running.IsCompleted; i++)
            link.Send(new byte[64 * 1024]);
        (await running.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_sent_before_the_end_arrives()
    {
        using var link = await DriverLink.ConnectAsync(Address, CancellationToken.None);
        using var driver = await _listener.AcceptAsync();
        link.Send("last "u8.ToArray());
        link.Send("words"u8.ToArray());
        link.Complete();
        var running = link.RunAsync(CancellationToken.None);
        var (buffer, count) = (new byte[100], 0);
        while (await driver.ReceiveAsync(buffer.AsMemory(count)) is var more and > 0)
            count += more;
        buffer.AsSpan(0, count).SequenceEqual("last words"u8).ShouldBeTrue();
        driver.Dispose();
        (await running.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_driver_that_goes_is_noticed_although_nothing_is_sent()
    {
        using var link = await DriverLink.ConnectAsync(Address, CancellationToken.None);
        var running = link.RunAsync(CancellationToken.None);
        (await _listener.AcceptAsync()).Dispose();
        (await running.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBeFalse();
    }

    [Fact]
    public async Task Nobody_there_is_an_error()
    {
        var address = Address;
        _listener.Dispose();
        await Should.ThrowAsync<SocketException>(() => DriverLink.ConnectAsync(address, CancellationToken.None));
    }
}
