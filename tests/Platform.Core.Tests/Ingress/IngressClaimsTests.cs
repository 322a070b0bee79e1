using Platform.Core.Collections;
using Platform.Core.Ingress;

namespace Platform.Core.Tests.Ingress;

/// <summary>Routes that ask for the same place.</summary>
public class IngressClaimsTests
{
    [Fact]
    public void A_place_is_that_of_the_greatest_priority_and_then_of_the_first_by_name()
    {
        var claims = IngressClaims.Of([
            Http("b", hosts: ["one.example"]),
            Http("a", hosts: ["one.example", "two.example"]),
            Http("c", priority: 1, hosts: ["two.example"]),
        ]);
        claims.Http.Select(claim => (claim.Route.Service, string.Join(' ', claim.Hosts))).ShouldBe([("c", "two.example"), ("a", "one.example"), ("b", "")]);
        claims.Problems.OrderBy(problem => problem.Key).Select(problem => $"{problem.Key} {problem.Value}").ShouldBe([
            "a:0 two.example is served for c already",
            "b:0 one.example is served for a already",
        ]);
    }

    [Fact]
    public void Paths_are_alike_in_any_case_and_no_host_is_a_place_of_its_own()
    {
        var claims = IngressClaims.Of([Http("a", path: "/Shop"), Http("b", path: "/shop"), Http("c", path: "/shop", hosts: ["one.example"]), Http("d")]);
        claims.Http.Select(claim => (claim.Route.Service, claim.Hosts.Count)).ShouldBe([("a", 1), ("b", 0), ("c", 1)]);
        claims.Problems.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create("b:0", "/shop is served for a already"));
    }

    [Fact]
    public void All_that_a_route_did_not_get_is_told_and_a_host_that_is_named_twice_is_no_problem()
    {
        var claims = IngressClaims.Of([Http("a", hosts: ["one.example", "two.example", "one.example"]), Http("b", hosts: ["one.example", "two.example"])]);
        claims.Http[0].Hosts.ShouldBe(["one.example", "two.example"]);
        claims.Problems.ShouldHaveSingleItem().Value.ShouldBe("one.example is served for a already; two.example is served for a already");
    }

    [Fact]
    public void A_service_port_is_that_of_the_first()
    {
        var claims = IngressClaims.Of([Tcp("b", 10000), Tcp("a", 10000), Tcp("c", 10001), Tcp("d", 0)]);
        claims.Ports.OrderBy(port => port.Key).Select(port => (port.Key, port.Value.Service)).ShouldBe([(10000, "a"), (10001, "c")]);
        claims.Problems.ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create("b:0", "service port 10000 is that of a already"));
        claims.Http.ShouldBeEmpty();
    }

    private static IngressRoute Http(string service, int priority = 0, string? path = null, params string[] hosts) =>
        new(service, 0, service, new() { Mode = IngressMode.Http, Hosts = hosts.ToValueList(), Path = path, Priority = priority }, []);

    private static IngressRoute Tcp(string service, int port) => new(service, 0, service, new() { Mode = IngressMode.Tcp, ServicePort = port }, []);
}
