using System.Net;
using System.Text;
using Platform.Mesos.Protocol;
using Platform.Mesos.Wire.Libprocess;

namespace Platform.Api.Tests.Mesos.Drivers;

/// <summary>Messages of libprocess as bytes.</summary>
public sealed class ProcessMessageTests
{
    private const string From = "Libprocess-From: scheduler(1)@10.0.0.7:4000\r\n";

    private static readonly ProcessId Driver = new("scheduler(1)", IPAddress.Parse("10.0.0.7"), 4000);
    private static readonly ProcessId Master = new("master", IPAddress.Parse("10.0.0.1"), 5050);

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    [Fact]
    public void A_message_is_sent_as_libprocess_sends_it()
    {
        // Field 2, of two bytes: 12 02 'n' 'o'.
        Encoding.Latin1.GetString(ProcessMessage.Encode(Master, Driver, "mesos.internal.FrameworkErrorMessage", new FrameworkErrorMessage { Message = "no" })).ShouldBe(
            "POST /scheduler(1)/mesos.internal.FrameworkErrorMessage HTTP/1.1\r\nUser-Agent: libprocess/master@10.0.0.1:5050\r\nLibprocess-From: master@10.0.0.1:5050\r\n"
            + "Connection: Keep-Alive\r\nHost: 10.0.0.7:4000\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n\u0012\u0002no\r\n0\r\n\r\n");
        Encoding.Latin1.GetString(ProcessMessage.Encode(Master, Driver, "empty", new AuthenticationErrorMessage())).ShouldEndWith("Host: 10.0.0.7:4000\r\n\r\n");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void Messages_come_in_any_parts_one_behind_the_other(int size)
    {
        var bytes = Bytes(
            $"POST /master/a HTTP/1.1\r\n{From}Host: \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"
            + "POST /slave%281%29/b HTTP/1.1\r\nUser-Agent: libprocess/s@127.0.0.1:1\r\nHost: 10.0.0.1:5050\r\nContent-Length: 2\r\n\r\nhi"
            + $"POST /master/c HTTP/1.1\r\n{From}\r\n");
        var decoder = new ProcessMessageDecoder();
        var messages = bytes.Chunk(size).SelectMany(part => decoder.Decode(part)).ToList();
        decoder.Problem.ShouldBeNull();
        decoder.IsBetween.ShouldBeTrue();
        messages.Select(message => (message.To, message.Name, message.From, message.Host, Encoding.Latin1.GetString(message.Body))).ShouldBe(
        [
            ("master", "a", Driver, "", "abc0123456789"),
            ("slave(1)", "b", new ProcessId("s", IPAddress.Loopback, 1), "10.0.0.1:5050", "hi"),
            ("master", "c", Driver, "", ""),
        ]);
    }

    [Theory]
    [InlineData("GET /master/a HTTP/1.1\r\n")]
    [InlineData("POST /master HTTP/1.1\r\n")]
    [InlineData("POST /master/a/b HTTP/1.1\r\n")]
    [InlineData("POST /master/a HTTP/1.1\n")]
    [InlineData("POST /master/a HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + "Origin: http://elsewhere\r\n\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + From)]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + " folded: x\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + "Transfer-Encoding: gzip\r\n\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + "Content-Length: +1\r\n\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + "Content-Length: 101\r\n\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + "Transfer-Encoding: chunked\r\n\r\n-1\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + "Transfer-Encoding: chunked\r\n\r\n60\r\n")]
    [InlineData("POST /master/a HTTP/1.1\r\n" + From + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n")]
    public void What_is_no_message_ends_it_and_what_came_before_counts(string text)
    {
        var decoder = new ProcessMessageDecoder(longestBody: 100);
        var whole = $"POST /master/first HTTP/1.1\r\n{From}Content-Length: 5\r\n\r\n01234";
        // Two chunks that are too long together, and only together.
        var messages = decoder.Decode(Bytes(whole + text.Replace("60\r\n", "60\r\n" + new string('x', 0x60) + "\r\n5\r\n", StringComparison.Ordinal)));
        messages.Single().Name.ShouldBe("first");
        decoder.Problem.ShouldNotBeNull();
        decoder.Decode(Bytes(whole)).ShouldBeEmpty();
    }

    [Fact]
    public void Lines_without_an_end_are_not_kept()
    {
        var decoder = new ProcessMessageDecoder();
        decoder.Decode(Bytes("POST /master/a HTTP/1.1\r\n" + new string('x', 40_000))).ShouldBeEmpty();
        decoder.Problem.ShouldBe("the lines before the message are too long");
    }

    [Theory]
    [InlineData("scheduler(1)@10.0.0.7:4000", true)]
    [InlineData("scheduler-5e1f.x_y@10.0.0.7:4000", true)]
    [InlineData("@10.0.0.7:4000", false)]
    [InlineData("a/b@10.0.0.7:4000", false)]
    [InlineData("a\r\nb@10.0.0.7:4000", false)]
    [InlineData("a@host:4000", false)]
    [InlineData("a@10.0.0.7", false)]
    [InlineData("a@10.0.0.7:0", false)]
    [InlineData("a@10.0.0.7:70000", false)]
    [InlineData("a@::1:4000", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Where_a_process_is_has_one_form(string? text, bool isOne) => ProcessId.Parse(text)?.ToString().ShouldBe(isOne ? text : "none");
}
