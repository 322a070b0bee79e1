using Platform.Core.Collections;
using Platform.Core.Ingress;
using Platform.Core.Registry;

namespace Platform.Core.Tests.Ingress;

/// <summary>Labels that say how a port is reached from outside.</summary>
public sealed class IngressLabelsTests
{
    [Fact]
    public void Labels_of_marathon_lb_are_read()
    {
        var rule = Read(
            0, ("HAPROXY_GROUP", "external, other"), ("HAPROXY_0_VHOST", "Shop.example.com,www.shop.example.com"), ("HAPROXY_0_PATH", "/shop/"), ("HAPROXY_0_REDIRECT_TO_HTTPS", "true"),
            ("HAPROXY_0_USE_HSTS", "TRUE"), ("HAPROXY_0_STICKY", "yes"), ("HAPROXY_0_AUTH", "realm:ada:$6$salt$abcdefgh"), ("HAPROXY_0_BALANCE", "leastconn"), ("HAPROXY_0_PORT", "8888"),
            ("HAPROXY_0_BACKEND_WEIGHT", "7"), ("HAPROXY_0_BACKEND_NETWORK_ALLOWED_ACL", "127.0.0.1/8 10.1.1.1"), ("HAPROXY_0_HTTP_BACKEND_PROXYPASS_PATH", "/shop"))!;

        rule.ShouldBe(new IngressRule
        {
            Mode = IngressMode.Http,
            Groups = ["external", "other"],
            Hosts = ["shop.example.com", "www.shop.example.com"],
            Path = "/shop",
            StripPath = "/shop",
            RedirectToHttps = true,
            Hsts = true,
            Sticky = true,
            Login = new("realm", "ada", "$6$salt$abcdefgh"),
            AllowedNetworks = ["127.0.0.0/8", "10.1.1.1/32"],
            Balance = "leastconn",
            ServicePort = 8888,
            Priority = 7,
        });
    }

    [Theory]
    [InlineData(IngressMode.Http, "HAPROXY_0_VHOST=a.test")]
    [InlineData(IngressMode.Http, "HAPROXY_0_VHOST=a.test", "HAPROXY_0_MODE=tcp")]
    [InlineData(IngressMode.Http, "HAPROXY_GROUP=external", "HAPROXY_0_MODE=http")]
    [InlineData(IngressMode.Http, "INGRESS_0_PATH=/a")]
    [InlineData(IngressMode.Tcp, "HAPROXY_GROUP=external")]
    [InlineData(null, "HAPROXY_1_VHOST=a.test")]
    [InlineData(null, "HAPROXY_0_VHOST=a.test", "HAPROXY_0_ENABLED=false")]
    [InlineData(null, "OTHER=a.test")]
    public void What_is_understood_follows_from_the_labels(IngressMode? mode, params string[] labels) =>
        Read(0, [.. labels.Select(label => label.Split('=')).Select(pair => (pair[0], pair[1]))])?.Mode.ShouldBe(mode!.Value);

    [Fact]
    public void Our_own_labels_stand_on_the_port_or_on_the_app_and_go_before()
    {
        var ports = Ports(("INGRESS_HOST", "port.test"), ("INGRESS_PROTOCOL", "h2c"));
        IngressLabels.Read(ValueMap.Create(("HAPROXY_0_VHOST", "old.test"), ("INGRESS_0_HOST", "app.test"), ("INGRESS_0_WAKE", "2")), ports, 0)
            .ShouldBe(new IngressRule { Hosts = ["port.test"], Protocol = BackendProtocol.Http2, WakeInstances = 2, ServicePort = 10000 });
    }

    [Theory]
    [InlineData("HAPROXY_0_VHOST", "no name!", "no host name")]
    [InlineData("HAPROXY_0_PATH", "shop", "is no path")]
    [InlineData("HAPROXY_0_PATH", "/a\n  bind :1", "is no path")]
    [InlineData("HAPROXY_0_STICKY", "maybe", "neither true nor false")]
    [InlineData("HAPROXY_0_MODE", "udp", "none of http, tcp")]
    [InlineData("HAPROXY_0_PORT", "99999", "no number from 1 to 65535")]
    [InlineData("HAPROXY_0_AUTH", "ada:geheim", "realm:user:hash")]
    [InlineData("HAPROXY_0_BACKEND_NETWORK_ALLOWED_ACL", "10.0.0.0/99", "no network")]
    [InlineData("HAPROXY_3_VHOST", "a.test", "there is no port 3")]
    [InlineData("HAPROXY_VHOST", "a.test", "HAPROXY_0_VHOST")]
    [InlineData("HAPROXY_0_BACKEND_HEAD", "x", "--allow-templates")]
    [InlineData("HAPROXY_0_USERLIST_HEAD", "x", "is not read here")]
    [InlineData("HAPROXY_0_BIND_ADDR", "eth0", "no IP address")]
    [InlineData("INGRESS_0_HOSTS", "a.test", "is not read here")]
    public void What_cannot_be_read_is_told_with_what_to_do(string key, string value, string told) =>
        IngressLabels.Problems(ValueMap.Create((key, value), ("HAPROXY_GROUP", "external")), Ports()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            problem => problem.ShouldContain(key), problem => problem.ShouldContain(told));

    [Fact]
    public void A_lock_that_cannot_be_read_stays_locked_and_what_else_is_wrong_is_passed_over()
    {
        var rule = Read(0, ("HAPROXY_0_VHOST", "a.test,b c.test"), ("HAPROXY_0_AUTH", "nonsense"))!;
        rule.Login.ShouldBe(new("", "", ""));
        rule.Hosts.ShouldBe(["a.test", "b", "c.test"]);
        Read(0, ("HAPROXY_0_VHOST", "a.test"), ("HAPROXY_0_BACKEND_NETWORK_ALLOWED_ACL", "all"))!.AllowedNetworks.ShouldBe(["255.255.255.255/32"]);
        Read(0, ("HAPROXY_0_VHOST", "!"), ("HAPROXY_0_PATH", "/a")).ShouldBeNull();
        Read(0, ("HAPROXY_0_VHOST", "a.test"), ("HAPROXY_0_PATH", "a")).ShouldBeNull();
    }

    private static IngressRule? Read(int index, params (string, string)[] labels) => IngressLabels.Read(ValueMap.Create<string>(labels), Ports(), index);

    private static ValueList<EndpointPort> Ports(params (string, string)[] labels) => [new EndpointPort { HostPort = 31000, ServicePort = 10000, Labels = ValueMap.Create<string>(labels) }];
}
