using System.Text;
using Platform.Mesos.Protocol;

namespace Platform.Api.Tests.Mesos;

/// <summary>Mesos' framing of endless answers.</summary>
public sealed class RecordIoTests
{
    private static IReadOnlyList<string> Decode(RecordIoDecoder decoder, string text) =>
        [.. decoder.Decode(Encoding.UTF8.GetBytes(text)).Select(record => Encoding.UTF8.GetString(record))];

    [Fact]
    public void A_record_is_its_length_a_line_feed_and_its_bytes()
    {
        var all = string.Concat(new[] { "hello!", "", " ", "13 characters" }.Select(text => Encoding.UTF8.GetString(RecordIo.Encode(Encoding.UTF8.GetBytes(text)))));
        all.ShouldBe("6\nhello!0\n1\n 13\n13 characters");
        Decode(new(), all).ShouldBe(["hello!", "", " ", "13 characters"]);
    }

    [Fact]
    public void Records_come_in_parts()
    {
        var decoder = new RecordIoDecoder();
        foreach (var part in new[] { "1", "3", "\n", "13 character" })
            Decode(decoder, part).ShouldBeEmpty();
        Decode(decoder, "s").ShouldBe(["13 characters"]);
    }

    [Fact]
    public void After_an_error_there_are_only_errors()
    {
        var decoder = new RecordIoDecoder();
        Should.Throw<FormatException>(() => Decode(decoder, "not a number\n"));
        Should.Throw<FormatException>(() => Decode(decoder, "1\na"));
        Should.Throw<FormatException>(() => Decode(decoder, ""));
    }
}
