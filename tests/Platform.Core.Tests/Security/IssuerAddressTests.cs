using Platform.Core.Security;

namespace Platform.Core.Tests.Security;

/// <summary>Which addresses tokens may name as their issuer.</summary>
public sealed class IssuerAddressTests
{
    [Theory]
    [InlineData("https://platform.example.org", "https://platform.example.org")]
    [InlineData("https://platform.example.org/", "https://platform.example.org")]
    [InlineData("https://platform.example.org:5050/one/", "https://platform.example.org:5050/one")]
    [InlineData("http://127.0.0.1:5050", "http://127.0.0.1:5050")]
    [InlineData("http://localhost:5050", "http://localhost:5050")]
    [InlineData("https://EXAMPLE.org", "https://EXAMPLE.org")]
    public void An_address_stays_as_it_was_written_but_for_a_slash_at_its_end(string text, string issuer)
    {
        IssuerAddress.TryParse(text, out var parsed, out var problem).ShouldBeTrue(problem);
        parsed.ShouldBe(issuer);
    }

    [Theory]
    [InlineData("", "no address")]
    [InlineData("platform", "no address")]
    [InlineData("/platform", "no address")]
    [InlineData("ftp://platform.example.org", "no address")]
    [InlineData("http://platform.example.org", "http://")]
    [InlineData("https://root@platform.example.org", "user")]
    [InlineData("https://platform.example.org?x=1", "query")]
    [InlineData("https://platform.example.org/#x", "fragment")]
    [InlineData("https://platform.example.org/a b", "space")]
    public void What_others_could_not_ask_safely_is_refused(string text, string problem)
    {
        IssuerAddress.TryParse(text, out var parsed, out var found).ShouldBeFalse();
        parsed.ShouldBeEmpty();
        found.ShouldContain(problem);
    }
}
