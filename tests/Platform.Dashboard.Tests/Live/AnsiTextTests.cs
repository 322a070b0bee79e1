using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public class AnsiTextTests
{
    private readonly AnsiText _ansi = new();

    private IEnumerable<(string, string)> Read(string line) => _ansi.Read(1, line).Segments.Select(segment => (segment.Text, segment.Look));

    [Fact]
    public void Plain_text_is_one_segment() => Read("hello").ShouldBe([("hello", "")]);

    [Fact]
    public void Colours_begin_and_end() => Read("a \u001b[1;31mred\u001b[0m end").ShouldBe([("a ", ""), ("red", "ansi-31 ansi-bold"), (" end", "")]);

    [Fact]
    public void A_colour_goes_on_in_the_next_line_until_it_ends()
    {
        Read("\u001b[32mgreen").ShouldBe([("green", "ansi-32")]);
        Read("still\u001b[39m not").ShouldBe([("still", "ansi-32"), (" not", "")]);
    }

    [Fact]
    public void Other_sequences_leave_no_trace() => _ansi.Read(1, "\u001b]0;title\u0007\u001b[2K\u001b[1Atext\u001bM").Text.ShouldBe("text");

    [Fact]
    public void Of_256_colours_the_plain_ones_are_kept() =>
        Read("\u001b[38;5;9mbright\u001b[38;5;200mother\u001b[38;2;1;2;3mrgb").ShouldBe([("bright", "ansi-91"), ("otherrgb", "")]);

    [Fact]
    public void A_progress_bar_shows_its_last_state() => _ansi.Read(1, "10 %\r50 %\r100 %\r").Text.ShouldBe("100 %");

    [Fact]
    public void The_text_has_no_sequences_so_that_it_can_be_searched() => _ansi.Read(1, "se\u001b[31mrv\u001b[0med").Text.ShouldBe("served");

    [Theory]
    [InlineData("\u001b")]
    [InlineData("\u001b[")]
    [InlineData("\u001b[38;5")]
    [InlineData("\u001b]0;no end")]
    public void A_sequence_that_is_cut_short_is_dropped(string line) => _ansi.Read(1, "x" + line).Text.ShouldStartWith("x");
}
