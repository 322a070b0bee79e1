using FsCheck;
using FsCheck.Fluent;
using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

/// <summary>Names that DNS can carry, as Mesos-DNS makes them.</summary>
public sealed class DnsLabelsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "a")]
    [InlineData("-", "")]
    [InlineData("a---", "a")]
    [InlineData("---a---b", "a---b")]
    [InlineData("a.b.c", "a-b-c")]
    [InlineData("a.c.d_de.", "a-c-d-de")]
    [InlineData("Web Server", "webserver")]
    [InlineData("4web", "4web")]
    [InlineData("grün", "grn")]
    // 63 and 64 letters: the last is cut.
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123")]
    // The hyphen at the cut goes, and what follows it moves up.
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12-3456", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff123")]
    public void A_label_of_RFC_1123(string name, string label) => DnsLabels.Label(name).ShouldBe(label);

    [Theory]
    [InlineData("4abc123", "abc123")]
    [InlineData("-4abc123", "abc123")]
    [InlineData("aaaaaaaaaabbbbbbbbbbcc--dd", "aaaaaaaaaabbbbbbbbbbccdd")]
    [InlineData("aaaaaaaaaabbbbbbbbbbcccccc", "aaaaaaaaaabbbbbbbbbbcccc")]
    public void A_label_of_RFC_952(string name, string label) => DnsLabels.Label(name, DnsLabelRule.Rfc952).ShouldBe(label);

    [Theory]
    [InlineData("", "")]
    [InlineData("...", "")]
    [InlineData(".a..c.", "a.c")]
    [InlineData("(@ host . com", "host.com")]
    [InlineData("MiXeD_case.CoM", "mixed-case.com")]
    public void A_fragment_is_made_label_by_label(string name, string fragment) => DnsLabels.Fragment(name).ShouldBe(fragment);

    [Theory]
    [InlineData("web.shop", true)]
    [InlineData("_web._tcp.shop.", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("a..b", false)]
    [InlineData("-a", false)]
    [InlineData("a b", false)]
    public void Names_that_can_be_asked_for(string name, bool isName) => DnsLabels.IsName(name).ShouldBe(isName);

    [Fact]
    public void A_label_has_nothing_but_letters_digits_and_hyphens_and_fits() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), name =>
    {
        foreach (var (rule, longest) in new[] { (DnsLabelRule.Rfc1123, 63), (DnsLabelRule.Rfc952, 24) })
        {
            var label = DnsLabels.Label(name ?? "", rule);
            label.Length.ShouldBeLessThanOrEqualTo(longest);
            label.ShouldAllBe(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
            (label.StartsWith('-') || label.EndsWith('-')).ShouldBeFalse();
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    // SHA-1 a94a8fe5... : 10101 00101 00101 01000 11111 -> i f f e 9
    [InlineData("test", "iffe9")]
    [InlineData("liquor-store.b8db9f73-562f-11e4-a088-c20493233aa5", "4dfjd")]
    [InlineData("liquor-store.b71166c1-562f-11e4-a088-c20493233aa5", "zasmd")]
    public void The_hash_of_a_task_id_is_its_first_25_bits(string taskId, string hash) => TaskIdHash.Of(taskId).ShouldBe(hash);
}
