using System.Net;
using Platform.Core.Security.Certificates;

namespace Platform.Core.Tests.Security.Certificates;

/// <summary>Which names a certificate carries, and which an authority may vouch for.</summary>
public sealed class CertificateNamesTests
{
    private static readonly IPAddress[] Addresses = [IPAddress.Parse("10.0.0.7"), IPAddress.Parse("2001:db8::7")];

    [Theory]
    [InlineData("127.0.0.1", "localhost 127.0.0.1 ::1 node7 lb.example.com")]
    [InlineData("10.0.0.7", "localhost 127.0.0.1 ::1 node7 10.0.0.7 lb.example.com")]
    [InlineData("0.0.0.0", "localhost 127.0.0.1 ::1 node7 10.0.0.7 lb.example.com")]
    [InlineData("::", "localhost 127.0.0.1 ::1 node7 10.0.0.7 2001:db8::7 lb.example.com")]
    public void A_server_is_found_by_its_host_by_what_it_listens_on_and_by_what_is_asked(string listen, string expected) =>
        string.Join(' ', CertificateNames.OfServer(IPAddress.Parse(listen), ["node7", "not a host"], Addresses, ["LB.example.com.", "node7"], AuthorityScope.Everything).AsEnumerable())
            .ShouldBe(expected);

    [Fact]
    public void What_the_authority_may_not_vouch_for_is_left_out()
    {
        AuthorityScope.TryParse(["example.com", "10.0.0.0/8"], out var scope, out var problems).ShouldBeTrue();
        problems.IsEmpty.ShouldBeTrue();

        CertificateNames.OfServer(IPAddress.IPv6Any, ["node7", "node7.example.com"], Addresses, ["*.example.com"], scope).AsEnumerable()
            .ShouldBe(["localhost", "127.0.0.1", "::1", "node7.example.com", "10.0.0.7", "*.example.com"]);
    }

    [Theory]
    [InlineData("Node-7.Example.COM", "node-7.example.com")]
    [InlineData("*.example.com", "*.example.com")]
    [InlineData("10.0.0.7", "10.0.0.7")]
    [InlineData("2001:0db8:0::7", "2001:db8::7")]
    [InlineData("[::1]", "::1")]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7")]
    [InlineData("", null)]
    [InlineData(".", null)]
    [InlineData("*", null)]
    [InlineData("*.com", null)]
    [InlineData("a.*.com", null)]
    [InlineData("-a.com", null)]
    [InlineData("a..com", null)]
    [InlineData("a b", null)]
    [InlineData("10.0.0", null)]
    [InlineData("10.0.0.256", null)]
    [InlineData("2130706433", null)]
    [InlineData("http://a.com", null)]
    public void A_name_has_one_spelling_or_is_none(string text, string? canonical) => CertificateNames.Canonical(text).ShouldBe(canonical);

    [Theory]
    [InlineData("example.com", "example.com", true)]
    [InlineData("example.com", "a.b.example.com", true)]
    [InlineData("example.com", "*.example.com", true)]
    [InlineData("example.com", "badexample.com", false)]
    [InlineData("example.com", "com", false)]
    [InlineData("example.com", "localhost", true)]
    // Names alone: of addresses this machine's only.
    [InlineData("example.com", "127.0.0.1", true)]
    [InlineData("example.com", "10.0.0.7", false)]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8", "example.com", false)]
    [InlineData("10.0.0.4/30", "10.0.0.7", true)]
    [InlineData("10.0.0.4/30", "10.0.0.8", false)]
    [InlineData("10.0.0.7", "10.0.0.7", true)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("0.0.0.0/0", "203.0.113.1", true)]
    public void A_scope_covers_what_is_below_its_domains_and_within_its_ranges(string text, string name, bool isCovered)
    {
        AuthorityScope.TryParse([text], out var scope, out _).ShouldBeTrue();
        scope.Covers(name).ShouldBe(isCovered);
    }

    [Fact]
    public void Every_mistake_in_a_scope_is_told_at_once()
    {
        AuthorityScope.TryParse(["example.com", "10.0.0.0/33", "10.0.0.1/8", "a b", "*.example.com", "/8"], out _, out var problems).ShouldBeFalse();
        problems.Count.ShouldBe(5);
    }
}
