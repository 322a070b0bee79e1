using System.Globalization;
using System.Net;
using Platform.Core.Collections;
using Platform.Core.Ingress;
using Platform.Core.Registry;

namespace Platform.Core.Tests.Ingress;

/// <summary>HAProxy's configuration, made of routes.</summary>
public sealed class HaproxyPlannerTests
{
    private const string Hash = "$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.";

    [Theory]
    [InlineData("VHOST", "a.test,*.b.test", "use_backend web_10000 if { var(txn.host) -m str -- a.test }")]
    [InlineData("VHOST", "a.test,*.b.test", "use_backend web_10000 if { var(txn.host) -m end -- .b.test }")]
    [InlineData("PATH", "/Shop", "use_backend web_10000 if { var(txn.host) -m str -- web.test } { path -m str -i -- '/Shop' } || { var(txn.host) -m str -- web.test } { path -m beg -i -- '/Shop/' }")]
    [InlineData("BALANCE", "source", "balance source")]
    [InlineData("BALANCE", "source", "hash-type consistent")]
    // One that weights cannot change in while HAProxy runs.
    [InlineData("BALANCE", "static-rr", "balance roundrobin")]
    [InlineData("BALANCE", "nonsense", "balance leastconn")]
    [InlineData("STICKY", "true", "cookie platform_server_ef8d9493 insert indirect nocache httponly dynamic")]
    [InlineData("REDIRECT_TO_HTTPS", "true", "http-request redirect code 301 location https://%[var(txn.host)]:8443%[pathq] unless { ssl_fc }")]
    [InlineData("USE_HSTS", "true", "http-response set-header Strict-Transport-Security max-age=15768000 if { ssl_fc }")]
    [InlineData("AUTH", "My shop:anna:" + Hash, "http-request auth realm 'My shop' unless { http_auth(web_10000) }")]
    [InlineData("AUTH", "My shop:anna:" + Hash, "user 'anna' password '" + Hash + "'")]
    [InlineData("AUTH", "secret", "http-request deny deny_status 401")]
    [InlineData("AUTH", "shop:anna:$6$rounds=999999$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.", "http-request deny deny_status 401")]
    [InlineData("BACKEND_NETWORK_ALLOWED_ACL", "10.0.0.0/8 192.168.1.7", "http-request deny deny_status 403 unless { src -- 10.0.0.0/8 192.168.1.7/32 }")]
    [InlineData("BACKEND_NETWORK_ALLOWED_ACL", "all", "http-request deny deny_status 403 unless { src -- 255.255.255.255/32 }")]
    [InlineData("HTTP_BACKEND_REDIR", "/start", "http-request redirect code 301 location '/start' if { path -m str / }")]
    [InlineData("HTTP_BACKEND_PROXYPASS_PATH", "/a.b", "http-request replace-path '^/[aA]\\.[bB](?:/(.*))?$' '/\\1'")]
    [InlineData("HTTP_BACKEND_REVPROXY_PATH", "/it's", "http-response replace-header Location '^(?!//)(?!/[iI][tT]\\'\\''[sS](?:/|$))(/.*)$' '/it'\\''s\\1'")]
    [InlineData("PORT", "10080", "bind 127.0.0.1:10080")]
    [InlineData("BIND_ADDR", "127.0.0.9", "bind 127.0.0.9:10000")]
    [InlineData("BACKEND_HEALTHCHECK_PORT_INDEX", "1", "server s1 10.0.0.1:31000 weight 1 check port 31001")]
    public void A_label_becomes_a_line(string label, string value, string line) =>
        Lines(Plan(Route(("VHOST", "web.test"), (label, value)))).ShouldContain(line);

    [Fact]
    public void What_speaks_bytes_is_reached_at_its_service_port_alone()
    {
        var lines = Lines(Plan(Route(("MODE", "tcp"), ("GROUP", "external"), ("BACKEND_NETWORK_ALLOWED_ACL", "10.0.0.0/8"))));
        lines.ShouldContain("frontend web_10000");
        lines.ShouldContain("default_backend web_10000");
        lines.ShouldContain("tcp-request content reject unless { src -- 10.0.0.0/8 }");
        lines.Count(line => line == "mode tcp").ShouldBe(2);
        lines.ShouldNotContain(line => line.StartsWith("use_backend", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("80", "service port 80 is not one")]
    [InlineData("8443", "service port 8443 is not one")]
    public void A_service_port_that_is_not_the_balancers_is_told(string port, string problem)
    {
        var plan = Plan(Route(("MODE", "tcp"), ("GROUP", "external"), ("PORT", port)));
        plan.Problems.ShouldHaveSingleItem().ShouldContain(problem);
        plan.Backends.ShouldBeEmpty();
    }

    [Fact]
    public void Names_come_before_stars_and_longer_paths_before_shorter_ones()
    {
        var plan = HaproxyPlanner.Plan(
            [
                Route("any", ("PATH", "/api/v2")), Route("star", ("VHOST", "*.test")), Route("long", ("VHOST", "a.test"), ("PATH", "/shop/cart")),
                Route("short", ("VHOST", "a.test"), ("PATH", "/shop")), Route("closer", ("VHOST", "*.b.test")),
            ], Settings);
        Lines(plan).Where(line => line.StartsWith("use_backend", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).Take(5)
            .ShouldBe(["long_10000", "short_10000", "closer_10000", "star_10000", "any_10000"]);
        plan.Hosts.Select(pair => $"{pair.Host} {pair.Backend}").ShouldBe(["*.b.test closer_10000", "*.test star_10000", "a.test long_10000", "a.test short_10000"]);
    }

    [Fact]
    public void Two_apps_whose_names_come_out_alike_have_backends_of_their_own()
    {
        var plan = HaproxyPlanner.Plan([Route("a", ("VHOST", "a.test")) with { AppId = "/a/b" }, Route("b", ("VHOST", "b.test")) with { AppId = "/a_b" }], Settings);
        plan.Backends.Select(backend => backend.Name).ShouldBe(["a_b_10000", "a_b_10000_" + HaproxyText.Hash("b:0")]);
    }

    /// <summary>Whoever may set labels says how an app is reached, and nothing else of the configuration.</summary>
    [Fact]
    public void No_label_brings_lines_of_its_own()
    {
        string[] hostile = ["a\n  ev=il", "a'\n  ev=il '", "/a\r\nev=il", "/a ev=il", "a.test } ev=il {", "/%[ev=il]", "r:u:$6$a$b\n  ev=il", "r\n  ev=il:u:" + Hash, "r' ev=il:u:" + Hash, "10.0.0.0/8 } ev=il", "\\\n ev=il", "${ev=il}", "#ev=il"];
        string[] names =
        [
            "VHOST", "PATH", "GROUP", "PORT", "MODE", "BALANCE", "STICKY", "AUTH", "BACKEND_NETWORK_ALLOWED_ACL", "HTTP_BACKEND_REDIR", "HTTP_BACKEND_PROXYPASS_PATH", "HTTP_BACKEND_REVPROXY_PATH",
            "BACKEND_WEIGHT", "BIND_ADDR", "BACKEND_HEALTHCHECK_PORT_INDEX", "REDIRECT_TO_HTTPS", "SSL_CERT", "BACKEND_SERVER_OPTIONS", .. IngressLabels.Templates,
        ];
        foreach (var name in names)
        {
            foreach (var value in hostile)
            {
                var labels = Labels([("VHOST", "web.test"), (name, value)]);
                ValueList<EndpointPort> ports = [new EndpointPort { HostPort = 31000, ServicePort = 10_000 }];
                if (IngressLabels.Read(labels, ports, 0) is { } rule)
                    Plan(Route("web") with { Rule = rule }).Write("1").ShouldNotContain("ev=il", Case.Sensitive, $"{name}={value}");
            }
        }
        // Names of apps and endpoints come from elsewhere, and are looked at again.
        Plan(Route(("VHOST", "web.test")) with { AppId = "/a\n evil{}" }).Backends[0].Name.ShouldBe("aevil_10000");
    }

    [Fact]
    public void Templates_replace_what_they_are_for_where_the_operator_allows_them()
    {
        var route = Route(("VHOST", "web.test"), ("BACKEND_HEAD", "backend {backend}\n  balance uri\n  mode {mode}\n  option {{x}}"), ("HTTP_FRONTEND_ACL", "  use_backend {backend} if {{ hdr(host) {hostname} }}"));
        var refused = Plan(route);
        Lines(refused).ShouldContain("balance leastconn");
        refused.Problems.ShouldContain(problem => problem.Contains("HAPROXY_0_BACKEND_HEAD") && problem.Contains("--allow-templates"));

        var lines = Lines(HaproxyPlanner.Plan([route], Settings with { AllowsTemplates = true }));
        lines.ShouldContain("balance uri");
        lines.ShouldNotContain("balance leastconn");
        lines.ShouldContain("option {x}");
        lines.ShouldContain("use_backend web_10000 if { hdr(host) web.test }");
        lines.Count(line => line == "backend web_10000").ShouldBe(1);
    }

    [Fact]
    public void A_certificate_of_the_folder_makes_a_service_port_speak_tls_and_without_it_the_port_stays_closed()
    {
        var route = Route(("VHOST", "web.test"), ("SSL_CERT", "/etc/ssl/web.pem"));
        var known = Settings with { Certificates = "/certs", CertificateFiles = ["other.pem", "web.pem"] };
        Lines(HaproxyPlanner.Plan([route], known)).ShouldContain("bind 127.0.0.1:10000 ssl crt '/certs/web.pem' alpn h2,http/1.1");
        Lines(HaproxyPlanner.Plan([Route(("MODE", "tcp"), ("GROUP", "g"), ("SSL_CERT", "web.pem"))], known)).ShouldContain("bind 127.0.0.1:10000 ssl crt '/certs/web.pem'");

        foreach (var (settings, label) in new[] { (known with { CertificateFiles = ["other.pem"] }, "web.pem"), (Settings with { Certificates = null }, "web.pem"), (known, "../"), (known, "a b") })
        {
            var plan = HaproxyPlanner.Plan([Route(("VHOST", "web.test"), ("SSL_CERT", label))], settings);
            Lines(plan).ShouldNotContain(line => line.Contains("10000", StringComparison.Ordinal) && line.StartsWith("bind", StringComparison.Ordinal));
            plan.Problems.ShouldContain(problem => problem.Contains("service port 10000 is not listened on", StringComparison.Ordinal));
            // Its host is served as ever.
            Lines(plan).ShouldContain("use_backend web_10000 if { var(txn.host) -m str -- web.test }");
        }
    }

    [Fact]
    public void The_rarer_templates_replace_what_they_are_for_and_no_lock_goes()
    {
        List<string> With(params (string, string)[] labels) => Lines(HaproxyPlanner.Plan([Route([("VHOST", "web.test"), .. labels])], Settings with { AllowsTemplates = true }));
        // marathon-lb's own text with one option more: servers are named elsewhere.
        With(("BACKEND_SERVER_OPTIONS", "  server {serverName} {host_ipv4}:{port} id {serverId}{cookieOptions}{healthCheckOptions}{otherOptions} maxconn 20 send-proxy\n")).ShouldContain("default-server maxconn 20 send-proxy");
        With(("BACKEND_SERVER_OPTIONS", "  server {serverName} {host_ipv4}:{port} id {serverId}{cookieOptions}{healthCheckOptions}{otherOptions}")).ShouldNotContain(line => line.StartsWith("default-server", StringComparison.Ordinal));
        var sticky = With(("STICKY", "true"), ("BACKEND_STICKY_OPTIONS", "  cookie mine insert indirect nocache"));
        sticky.ShouldContain("cookie mine insert indirect nocache dynamic");
        sticky.ShouldNotContain(line => line.StartsWith("cookie platform", StringComparison.Ordinal));
        sticky.ShouldContain(line => line.StartsWith("dynamic-cookie-key", StringComparison.Ordinal));
        With(("BACKEND_STICKY_OPTIONS", "  cookie mine insert")).ShouldNotContain(line => line.StartsWith("cookie", StringComparison.Ordinal));
        var path = With(("PATH", "/shop"), ("HTTP_FRONTEND_ACL", "  use_backend plain_{backend}"), ("HTTP_FRONTEND_ACL_WITH_PATH", "  use_backend {backend} if {{ path_beg {path} }}"));
        path.ShouldContain("use_backend web_10000 if { path_beg /shop }");
        path.ShouldNotContain("use_backend plain_web_10000");
        With(("PATH", "/shop"), ("REDIRECT_TO_HTTPS", "true"), ("BACKEND_REDIRECT_HTTP_TO_HTTPS", "  redirect scheme https"), ("BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH", "  redirect scheme https code 308"))
            .ShouldContain("redirect scheme https code 308");
        var locked = With(("AUTH", "My shop:anna:" + Hash), ("HTTP_FRONTEND_ACL_WITH_AUTH", "  use_backend {backend} if {{ hdr(host) {hostname} }}"), ("BACKEND_NETWORK_ALLOWED_ACL", "10.0.0.0/8"),
            ("HTTP_BACKEND_NETWORK_ALLOWED_ACL", "  acl network_allowed hdr(x-real-ip) {network_allowed}"));
        locked.ShouldContain("use_backend web_10000 if { hdr(host) web.test }");
        locked.ShouldContain("http-request auth realm 'My shop' unless { http_auth(web_10000) }");
        locked.ShouldContain("acl network_allowed hdr(x-real-ip) 10.0.0.0/8");
        locked.ShouldContain("http-request deny deny_status 403 unless network_allowed");
    }

    [Theory]
    [InlineData("global")]
    [InlineData("  listen other")]
    [InlineData("backend other")]
    [InlineData("gl'o'bal")]
    [InlineData(".if 1")]
    public void A_template_stays_in_its_section(string line)
    {
        HaproxyTemplates.Lines("  option x\n" + line, new Dictionary<string, string> { ["backend"] = "web" }, out var problem).ShouldBe(["  option x\n"]);
        problem.ShouldNotBeNull().ShouldContain("another section");
    }

    [Fact]
    public void Instances_keep_their_places_and_a_place_just_left_is_taken_last()
    {
        var route = Route(("VHOST", "web.test"));
        var first = Plan(With(route, "a", "b", "c"));
        Places(first).ShouldBe("a=1 b=2 c=3");
        var second = HaproxyPlanner.Plan([With(route, "a", "c", "d", "e")], Settings, first);
        // b left place 2: d and e take 4 and 5.
        Places(second).ShouldBe("a=1 c=3 d=4 e=5");
        second.HasStructureOf(first).ShouldBeTrue();
        // 8 places are there; 9 instances need the next power of two of 9 + 9/4 + 1 = 12.
        var third = HaproxyPlanner.Plan([With(route, "a", "b", "c", "d", "e", "f", "g", "h", "i")], Settings, second);
        third.Backends[0].Slots.ShouldBe(16);
        third.HasStructureOf(second).ShouldBeFalse();
        HaproxyPlanner.Plan([With(route, "a")], Settings, third).HasStructureOf(third).ShouldBeTrue();
    }

    [Fact]
    public void Servers_change_by_commands()
    {
        var route = Route(("VHOST", "web.test"));
        var first = Plan(With(route, "a", "b"));
        HaproxyCommands.Between(first, first).ShouldBeEmpty();

        var second = HaproxyPlanner.Plan([With(route, "a", "b", "c")], Settings, first);
        HaproxyCommands.Between(first, second).ShouldBe(
            ["set server web_10000/s3 addr 10.0.0.3 port 31000", "set server web_10000/s3 weight 1", "set server web_10000/s3 state ready"]);

        var draining = route with { Targets = [Target("a") with { State = EndpointState.Draining }, Target("b") with { Weight = 7 }, Target("c") with { Address = new(IPAddress.Parse("fd00::9"), 31000) }] };
        var third = HaproxyPlanner.Plan([draining], Settings, second);
        HaproxyCommands.Between(second, third).ShouldBe(
        [
            "set server web_10000/s2 weight 7", "set server web_10000/s3 state maint",
            "set server web_10000/s3 addr fd00::9 port 31000", "set server web_10000/s3 weight 1", "set server web_10000/s3 state ready",
            "set server web_10000/s1 state drain",
        ]);
        HaproxyCommands.Between(third, HaproxyPlanner.Plan([With(route, "b")], Settings, third)).ShouldBe(
            ["set server web_10000/s2 weight 1", "set server web_10000/s1 state maint", "set server web_10000/s3 state maint"]);
        // Clients of a sticky backend would go on coming to a server that drains.
        var sticky = Route(("VHOST", "web.test"), ("STICKY", "true"));
        var stands = Plan(With(sticky, "a"));
        HaproxyCommands.Between(stands, HaproxyPlanner.Plan([sticky with { Targets = [Target("a") with { State = EndpointState.Draining }] }], Settings, stands))
            .ShouldBe(["set server web_10000/s1 state maint"]);
    }

    /// <summary>HAProxy answers requests between any two commands.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(7, 2)]
    [InlineData(8, 8)]
    public void When_all_are_replaced_at_once_one_is_always_ready(int old, int now)
    {
        var route = Route(("VHOST", "web.test"));
        string[] Names(char first, int count) => [.. Enumerable.Range(0, count).Select(i => $"{(char)(first + i)}")];
        var before = Plan(With(route, Names('a', old)));
        foreach (var after in new[]
        {
            HaproxyPlanner.Plan([With(route, Names('m', now))], Settings, before),
            HaproxyPlanner.Plan([With(route, Names('m', now)) with { Targets = [.. Names('a', old).Select(name => Target(name) with { State = EndpointState.Draining }), .. Names('m', now).Select(Target)] }], Settings, before),
        })
        {
            var ready = before.Backends[0].Servers.Select(server => server.Name).ToHashSet();
            foreach (var words in HaproxyCommands.Between(before, after).Select(command => command.Split(' ')).Where(words => words[3] == "state"))
            {
                var server = words[2].Split('/')[1];
                _ = words[4] == "ready" ? ready.Add(server) : ready.Remove(server);
                ready.ShouldNotBeEmpty();
            }
        }
    }

    [Fact]
    public void What_waits_for_a_reload_does_not_keep_other_servers_from_changing()
    {
        var (one, two) = (Route("one", ("VHOST", "one.test")), Route("two", ("VHOST", "two.test")));
        var standing = HaproxyPlanner.Plan([With(one, "a")], Settings);
        var wanted = HaproxyPlanner.Plan([With(one, "a", "b"), With(two, "c")], Settings, standing);
        HaproxyCommands.Between(standing, wanted).ShouldAllBe(command => command.StartsWith("set server one_10000/s2 ", StringComparison.Ordinal));
        var after = HaproxyCommands.After(standing, wanted);
        after.HasStructureOf(standing).ShouldBeTrue();
        HaproxyCommands.Between(after, wanted).ShouldBeEmpty();
    }

    [Theory]
    // Weights of up to 256 stay; greater ones are told as parts of 256: 100 of 10,000 is 2.56.
    [InlineData(1, 3, "1 3")]
    [InlineData(0, 256, "0 256")]
    [InlineData(100, 10_000, "3 256")]
    [InlineData(1, 10_000, "1 256")]
    public void Weights_fit(int one, int other, string weights)
    {
        var plan = Plan(Route(("VHOST", "web.test")) with { Targets = [Target("a") with { Weight = one }, Target("b") with { Weight = other }] });
        string.Join(' ', plan.Backends[0].Servers.Select(server => server.Weight)).ShouldBe(weights);
    }

    private static HaproxySettings Settings { get; } = new()
    {
        Http = [new IPEndPoint(IPAddress.Loopback, 8080)],
        Tls = [new IPEndPoint(IPAddress.Loopback, 8443)],
        Certificates = "/etc/it's certs",
        Socket = "/run/haproxy.sock",
        LastServicePort = 10_100,
    };

    private static HaproxyPlan Plan(IngressRoute route) => HaproxyPlanner.Plan([route], Settings);

    private static List<string> Lines(HaproxyPlan plan) => [.. plan.Write("1").Split('\n').Select(line => line.Trim())];

    private static string Places(HaproxyPlan plan) => string.Join(' ', plan.Backends[0].Servers.OrderBy(server => server.Endpoint).Select(server => string.Create(CultureInfo.InvariantCulture, $"{server.Endpoint}={server.Slot}")));

    private static ValueMap<string> Labels(IEnumerable<(string Name, string Value)> labels) => labels.Select(label => KeyValuePair.Create("HAPROXY_0_" + label.Name, label.Value)).ToValueMap();

    private static IngressRoute Route(params (string Name, string Value)[] labels) => Route("web", labels);

    private static IngressRoute Route(string name, params (string Name, string Value)[] labels)
    {
        ValueList<EndpointPort> ports = [new EndpointPort { HostPort = 31000, ServicePort = 10_000 }, new EndpointPort { HostPort = 31001 }];
        return new(name, 0, "/" + name, IngressLabels.Read(Labels(labels), ports, 0) ?? new(), [Target("a")]);
    }

    private static IngressRoute With(IngressRoute route, params string[] ids) => route with { Targets = ids.Select(Target).ToValueList() };

    private static IngressTarget Target(string id) => new(id, new(IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.0.0.{id[0] - 'a' + 1}")), 31000), 1, EndpointState.Ready, 31001);
}
