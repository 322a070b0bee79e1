using System.Globalization;
using System.Net;
using System.Text;

namespace Platform.Core.Ingress;

/// <summary>The text of HAProxy's sections.</summary>
internal sealed class HaproxySections(HaproxySettings settings, IReadOnlyDictionary<string, string> names, ICollection<string> problems)
{
    private const string Host = "var(txn.host)";

    internal static string Global(HaproxySettings settings) => Lines(
        "global",
        $"  stats socket {HaproxyText.Quote(settings.Socket)} mode 600 level admin expose-fd listeners",
        "  hard-stop-after 1h");

    /// <summary>Where a service port is listened on.</summary>
    internal static IPEndPoint AddressOf(IngressRule rule, int port, HaproxySettings settings) =>
        new(rule.BindAddress is { } own && IPAddress.TryParse(own, out var parsed) ? parsed : settings.ServiceAddress, port);

    /// <summary>The defaults, the logins and the frontends.</summary>
    internal string Frontends(IReadOnlyList<IngressRoute> routes, IngressClaims claims, IReadOnlyDictionary<int, IngressRoute> ports, string unknown)
    {
        var text = new StringBuilder();
        text.Append(Lines(
            "defaults", "  mode http", "  timeout connect 2s", "  timeout http-request 15s", "  timeout client 1h", "  timeout server 1h", "  timeout tunnel 1h",
            "  option dontlognull", "  option redispatch 1", "  retries 3"));
        foreach (var route in routes.Where(route => IsLocked(route.Rule) == false))
        {
            text.Append(Lines(
                "", $"userlist {names[route.Id]}", $"  user {HaproxyText.Quote(route.Rule.Login!.User)} password {HaproxyText.Quote(route.Rule.Login.PasswordHash)}"));
        }
        var places = Places(claims);
        if (!settings.Http.IsEmpty)
            text.Append(HttpFrontend("http_in", settings.Http.Select(address => $"  bind {HaproxyText.Of(address)}"), "HTTP_FRONTEND_ACL", "http", places, unknown));
        if (!settings.Tls.IsEmpty && settings.Certificates is { } certificates)
        {
            text.Append(HttpFrontend(
                "https_in", settings.Tls.Select(address => $"  bind {HaproxyText.Of(address)} ssl crt {HaproxyText.Quote(certificates)} alpn h2,http/1.1"), "HTTPS_FRONTEND_ACL", "https", places, unknown));
        }
        foreach (var (port, route) in ports)
            text.Append(PortFrontend(port, route));
        if (settings.StatsSocket is { } stats)
            text.Append(Stats(stats));
        text.Append(Lines("", $"backend {unknown}", "  http-request return status 404 content-type text/plain string 'No app is served under this host and path.'"));
        return text.ToString();
    }

    // Where marathon-lb has them. Not every HAProxy was built with the metrics.
    private static string Stats(string socket) => Lines(
        "", "frontend platform_stats", $"  bind {HaproxyText.Quote("unix@" + socket)} mode 600", "  stats enable", "  stats uri /haproxy?stats",
        ".if feature(PROMEX)", "  http-request use-service prometheus-exporter if { path /metrics }", ".endif");

    /// <summary>The lines of a backend before its servers.</summary>
    internal string Backend(IngressRoute route)
    {
        var rule = route.Rule;
        var isHttp = rule.Mode == IngressMode.Http;
        var lines = new List<string>();
        lines.AddRange(Template(route, "BACKEND_HEAD") ??
        [
            $"  mode {(isHttp ? "http" : "tcp")}\n",
            $"  balance {Balance(rule)}\n",
            .. Balance(rule) is "source" or "uri" ? ["  hash-type consistent\n"] : Array.Empty<string>(),
        ]);
        if (!rule.AllowedNetworks.IsEmpty)
        {
            var networks = string.Join(' ', (IEnumerable<string>)rule.AllowedNetworks);
            var own = Template(route, isHttp ? "HTTP_BACKEND_NETWORK_ALLOWED_ACL" : "TCP_BACKEND_NETWORK_ALLOWED_ACL", ("network_allowed", networks));
            lines.AddRange(own ?? []);
            lines.Add($"  {(isHttp ? "http-request deny deny_status 403" : "tcp-request content reject")} unless {(own is null ? $"{{ src -- {networks} }}" : "network_allowed")}\n");
        }
        if (isHttp)
            AddHttp(lines, route);
        else if (rule.Login is not null)
            lines.Add("  tcp-request content reject\n");
        if (rule.Protocol == BackendProtocol.Http2 && isHttp)
            lines.Add("  default-server proto h2\n");
        else if (rule.Protocol == BackendProtocol.Https && isHttp)
            lines.Add("  default-server ssl verify none\n");
        if (Template(route, "BACKEND_SERVER_OPTIONS") is { } servers)
            lines.AddRange(servers.Select(HaproxyTemplates.ServerOptions).Where(options => options.Length > 0).Select(options => $"  default-server {options}\n"));
        return string.Concat(lines);
    }

    private void AddHttp(List<string> lines, IngressRoute route)
    {
        var rule = route.Rule;
        if (rule.RedirectToHttps && !settings.Tls.IsEmpty)
        {
            var port = settings.Tls[0].Port == 443 ? "" : string.Create(CultureInfo.InvariantCulture, $":{settings.Tls[0].Port}");
            lines.AddRange(Template(route, rule.Path is null ? "BACKEND_REDIRECT_HTTP_TO_HTTPS" : "BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH") ?? Template(route, "BACKEND_REDIRECT_HTTP_TO_HTTPS") ?? [$"  http-request redirect code 301 location https://%[{Host}]{port}%[pathq] unless {{ ssl_fc }}\n"]);
        }
        switch (IsLocked(rule))
        {
            case true:
                lines.Add("  http-request deny deny_status 401\n");
                problems.Add($"{route.Id}: its login cannot be read, and nobody is let in; HAProxy takes hashes of crypt(3) that begin with $1$, $5$ or $6$, of at most 100,000 rounds");
                return;
            case false:
                lines.Add($"  http-request auth realm {HaproxyText.Quote(rule.Login!.Realm)} unless {{ http_auth({names[route.Id]}) }}\n");
                break;
            default:
                break;
        }
        if (rule.RootRedirect is { } root)
            lines.Add($"  http-request redirect code 301 location {HaproxyText.Quote(root)} if {{ path -m str / }}\n");
        if (rule.Hsts)
            lines.AddRange(Template(route, "BACKEND_HSTS_OPTIONS") ?? ["  http-response set-header Strict-Transport-Security max-age=15768000 if { ssl_fc }\n"]);
        lines.AddRange(Template(route, "BACKEND_HTTP_OPTIONS") ?? []);
        if (rule.StripPath is { } strip)
        {
            var pattern = HaproxyText.Pattern(strip);
            lines.AddRange(Template(route, "HTTP_BACKEND_PROXYPASS_GLUE", ("proxypath", strip)) ??
                [$"  http-request replace-path {HaproxyText.Quote($"^{pattern}(?:/(.*))?$")} {HaproxyText.Quote("/\\1")}\n"]);
        }
        if (rule.LocationPath is { } location)
        {
            // The instance's own redirections only: paths, and addresses with the host that was asked for.
            var pattern = HaproxyText.Pattern(location);
            lines.AddRange(Template(route, "HTTP_BACKEND_REVPROXY_GLUE", ("rootpath", location)) ??
            [
                $"  http-response set-header Location %[res.hdr(location),regsub(^https?://[^/]*,)] if {{ res.hdr(location),field(3,/),host_only,strcmp(txn.host) eq 0 }} {{ res.hdr(location) -m reg ^https?://[^/]+/ }}\n",
                $"  http-response replace-header Location {HaproxyText.Quote($"^(?!//)(?!{pattern}(?:/|$))(/.*)$")} {HaproxyText.Quote($"{location}\\1")}\n",
            ]);
        }
        if (rule.Sticky)
        {
            // The cookie's value comes from the server's address, so that it is right whatever place the server has.
            var suffix = HaproxyText.Hash(route.Id);
            lines.AddRange(Template(route, "BACKEND_STICKY_OPTIONS")?.Select(HaproxyTemplates.Cookie) ?? [$"  cookie platform_server_{suffix} insert indirect nocache httponly dynamic\n"]);
            lines.Add($"  dynamic-cookie-key {suffix}\n");
        }
        if (rule.Retries)
        {
            lines.Add("  retry-on conn-failure empty-response\n");
            lines.Add("  http-request disable-l7-retry unless METH_GET or METH_OPTIONS or METH_TRACE\n");
        }
    }

    // Names before stars, the star that says most before others, and before what takes any host; under each the longest path.
    private static List<(IngressRoute Route, string Hosts, IReadOnlyList<string> Names)> Places(IngressClaims claims)
    {
        var places = new List<(int Kind, int Labels, IngressRoute Route, string Hosts, IReadOnlyList<string> Names)>();
        foreach (var (route, hosts) in claims.Http)
        {
            var named = hosts.Where(host => host.Length > 0 && host[0] != '*').ToList();
            if (named.Count > 0)
                places.Add((0, 0, route, $"{{ {Host} -m str -- {string.Join(' ', named)} }}", named));
            foreach (var star in hosts.Where(host => host.StartsWith('*')))
                places.Add((1, -star.Count(c => c == '.'), route, $"{{ {Host} -m end -- {star[1..]} }}", [star]));
            if (hosts.Contains(""))
                places.Add((2, 0, route, "", []));
        }
        return [.. places.OrderBy(place => place.Kind).ThenBy(place => place.Labels).ThenByDescending(place => place.Route.Rule.Path?.Length ?? 0).Select(place => (place.Route, place.Hosts, place.Names))];
    }

    private string HttpFrontend(
        string name, IEnumerable<string> binds, string template, string scheme, List<(IngressRoute Route, string Hosts, IReadOnlyList<string> Names)> places, string unknown)
    {
        var text = new StringBuilder(Lines(["", $"frontend {name}", .. binds, .. Forwarded(scheme)]));
        foreach (var (route, hosts, hostNames) in places)
        {
            var backend = names[route.Id];
            var own = hostNames.Select(host => OwnPlace(route, template, host)).OfType<IReadOnlyList<string>>().ToList();
            if (own.Count > 0)
                text.AppendJoin("", own.SelectMany(lines => lines));
            else if (route.Rule.Path is { } path)
                text.Append(Lines($"  use_backend {backend} if {hosts} {{ path -m str -i -- {HaproxyText.Quote(path)} }} || {hosts} {{ path -m beg -i -- {HaproxyText.Quote(path + "/")} }}"));
            else
                text.Append(Lines($"  use_backend {backend} if {hosts}"));
        }
        return text.Append(Lines($"  default_backend {unknown}")).ToString();
    }

    /// <summary>The label's own lines that lead to a backend: those for a login and a path where there are some, or else the plain ones. Whatever they say, the backend asks for the login.</summary>
    private IReadOnlyList<string>? OwnPlace(IngressRoute route, string template, string host)
    {
        var rule = route.Rule;
        var name = template + (rule.Login is null ? rule.Path is null ? "" : "_WITH_PATH" : rule.Path is null ? "_WITH_AUTH" : "_WITH_AUTH_AND_PATH");
        foreach (var one in name == template ? [template] : new[] { name, template })
        {
            if (Template(route, one, ("hostname", host), ("cleanedUpHostname", HaproxyText.Name(host)), ("path", rule.Path ?? "/"), ("realm", rule.Login?.Realm ?? "")) is { } lines)
                return lines;
        }
        return null;
    }

    private string PortFrontend(int port, IngressRoute route)
    {
        var backend = names[route.Id];
        var isHttp = route.Rule.Mode == IngressMode.Http;
        var address = AddressOf(route.Rule, port, settings);
        var tls = route.Rule.Certificate is { } certificate
            ? $" ssl crt {HaproxyText.Quote($"{settings.Certificates?.TrimEnd('/')}/{certificate}")}{(isHttp ? " alpn h2,http/1.1" : "")}"
            : "";
        var options = string.Join(' ', (Template(route, "BIND_OPTIONS") ?? []).Select(line => line.Trim()));
        var head = Template(route, "FRONTEND_HEAD", ("bindAddr", $"{address.Address}"), ("bindOptions", options.Length == 0 ? "" : " " + options), ("sslCert", tls))
            ?? [Lines($"  bind {HaproxyText.Of(address)}{tls}{(options.Length == 0 ? "" : " " + options)}"), Lines($"  mode {(isHttp ? "http" : "tcp")}")];
        return string.Concat(
        [
            Lines("", $"frontend {backend}"),
            .. head,
            .. isHttp ? [Lines([.. Forwarded(null)])] : Array.Empty<string>(),
            .. Template(route, "FRONTEND_BACKEND_GLUE") ?? [Lines($"  default_backend {backend}")],
        ]);
    }

    /// <summary>What instances are told of the client; what it says of itself is replaced.</summary>
    private static IEnumerable<string> Forwarded(string? scheme) =>
    [
        $"  http-request set-var(txn.host) req.hdr(host),host_only,lower",
        "  http-request set-header X-Forwarded-For %[src]",
        "  http-request set-header X-Forwarded-Host %[req.hdr(host)]",
        "  http-request set-header X-Forwarded-Port %[dst_port]",
        .. scheme is null
            ? ["  http-request set-header X-Forwarded-Proto http unless { ssl_fc }", "  http-request set-header X-Forwarded-Proto https if { ssl_fc }"]
            : new[] { $"  http-request set-header X-Forwarded-Proto {scheme}" },
    ];

    /// <summary>The label's own piece, if there is one and the operator allows it; null: the standard one counts.</summary>
    private IReadOnlyList<string>? Template(IngressRoute route, string name, params ReadOnlySpan<(string Name, string Value)> values)
    {
        if (route.Rule.Templates.Find(name) is not { } template)
            return null;
        if (!settings.AllowsTemplates)
        {
            problems.Add($"{route.Id}: label HAPROXY_{route.PortIndex}_{name} is a piece of configuration, and this balancer takes none from labels (--allow-templates)");
            return null;
        }
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["backend"] = names[route.Id],
            ["appId"] = route.AppId,
            ["servicePort"] = route.Rule.ServicePort.ToString(CultureInfo.InvariantCulture),
            ["mode"] = route.Rule.Mode == IngressMode.Http ? "http" : "tcp",
            ["balance"] = Balance(route.Rule),
        };
        foreach (var (key, value) in values)
            all[key] = value;
        var lines = HaproxyTemplates.Lines(template, all, out var problem);
        if (problem is not null)
            problems.Add($"{route.Id}: label HAPROXY_{route.PortIndex}_{name}: {problem}");
        return lines;
    }

    /// <summary>True: nobody is let in; false: who logs in; null: everybody.</summary>
    private static bool? IsLocked(IngressRule rule) => rule.Login is not { } login ? null : login.User.Length == 0 || !HaproxyText.IsHash(login.PasswordHash);

    /// <summary>Those that weights can change in while HAProxy runs, and that the mode has.</summary>
    private static string Balance(IngressRule rule) => rule.Balance switch
    {
        "static-rr" or "roundrobin" => "roundrobin",
        "uri" when rule.Mode == IngressMode.Http => "uri",
        "source" or "first" or "random" => rule.Balance,
        _ => "leastconn",
    };

    private static string Lines(params ReadOnlySpan<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line.TrimEnd()).Append('\n');
        return text.ToString();
    }
}
