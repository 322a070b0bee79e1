using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Host.Logging;

namespace Platform.Api.Tests.Hosting;

/// <summary>What others say stands in the log as text.</summary>
public sealed class TextLogFormatterTests
{
    [Theory]
    [InlineData("plain text, ä and 😀", "plain text, ä and 😀")]
    [InlineData("a\nb", "a b")]
    [InlineData("a\r\n2026-11-30T12:00:00.000Z info: forged", "a  2026-11-30T12:00:00.000Z info: forged")]
    [InlineData("\u001b[2J\u001b[31mred", "?[2J?[31mred")]
    [InlineData("a\bb\u0007\u009b31m", "a?b??31m")]
    [InlineData("a\u2028b\u202ec", "a b?c")]
    public void An_entry_is_one_line_that_a_terminal_only_shows(string text, string shown)
    {
        using var writer = new StringWriter();

        new TextLogFormatter().Write(new LogEntry<string>(LogLevel.Warning, "Category", new EventId(7), text, new InvalidOperationException("first\nsecond"), (state, _) => state), null, writer);

        var line = writer.ToString();
        line.ShouldEndWith($"Z warn: Category[7] {shown} System.InvalidOperationException: first second\n");
        line.Count(c => c == '\n').ShouldBe(1);
    }
}
