using System.Text;
using Platform.Core.Security;

namespace Platform.Core.Tests.Security;

/// <summary>Lines of the audit log as syslog has them.</summary>
public sealed class SyslogTests
{
    private static readonly AuditEntry Entry = new() { At = new(2026, 11, 29, 12, 0, 0, 5, TimeSpan.Zero), Event = "answered", Who = "user alice", Status = 204 };

    [Theory]
    [InlineData(204, 1, "host", "<109>1 2026-11-29T12:00:00.005000Z host platform 7 answered [meta sequenceId=\"1\"] {\"number\":1,")]
    // What was refused matters more: 13 * 8 + 4 in place of 13 * 8 + 5.
    [InlineData(403, 12, "a.example.org", "<108>1 2026-11-29T12:00:00.005000Z a.example.org platform 7 answered [meta sequenceId=\"12\"] {\"number\":12,")]
    [InlineData(401, 1, "", "<108>1 2026-11-29T12:00:00.005000Z - platform 7 ")]
    // No name of a machine can look like another field.
    [InlineData(204, 1, "a b\n<1>", "<109>1 2026-11-29T12:00:00.005000Z ab<1> platform 7 ")]
    // The standard's number begins anew.
    [InlineData(204, 2_147_483_647, "h", "<109>1 2026-11-29T12:00:00.005000Z h platform 7 answered [meta sequenceId=\"2147483647\"] {\"number\":2147483647,")]
    [InlineData(204, 2_147_483_648, "h", "<109>1 2026-11-29T12:00:00.005000Z h platform 7 answered [meta sequenceId=\"1\"] {\"number\":2147483648,")]
    public void A_line_stands_behind_a_head_of_RFC_5424(int status, long number, string host, string beginning)
    {
        var line = AuditChain.Line(number, Entry with { Status = status }, "");

        var message = SyslogMessage.Of(line, host, 7);

        message.ShouldStartWith(beginning);
        message.ShouldEndWith(" " + line);
    }

    [Fact]
    public void Nothing_that_somebody_sends_begins_another_message()
    {
        var message = SyslogMessage.Of(AuditChain.Line(1, Entry with { Who = "user \n<0>1 forged", What = "GET /\u00e4\u2028" }, ""), "h", 7);

        message.ShouldNotContain("\n");
        // A stream tells messages apart by their lengths, in bytes.
        Encoding.UTF8.GetString(SyslogMessage.Framed(message)).ShouldBe($"{Encoding.UTF8.GetByteCount(message)} {message}");
        Encoding.UTF8.GetString(SyslogMessage.Framed("\u00e4")).ShouldBe("2 \u00e4");
    }

    [Theory]
    [InlineData("udp://log.example", "udp://log.example:514")]
    [InlineData("udp://127.0.0.1:5514", "udp://127.0.0.1:5514")]
    [InlineData("tcp://[::1]:601", "tcp://[::1]:601")]
    [InlineData("tls://log.example/", "tls://log.example:6514")]
    [InlineData("unix:/dev/log", "unix:/dev/log")]
    [InlineData("unix:///dev/log", "unix:/dev/log")]
    [InlineData("unix:dev/log", null)]
    [InlineData("http://log.example", null)]
    [InlineData("udp://log.example/path", null)]
    [InlineData("udp://user@log.example", null)]
    [InlineData("log.example:514", null)]
    [InlineData("", null)]
    public void A_target_is_an_address_or_a_path(string text, string? target)
    {
        SyslogTarget.TryParse(text, out var parsed, out var problem).ShouldBe(target is not null);

        (parsed?.ToString()).ShouldBe(target);
        (problem is null).ShouldBe(target is not null);
    }
}
