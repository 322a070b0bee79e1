using System.Globalization;
using System.Net;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Core.Ingress;

/// <summary>Reads labels that say how a port is reached from outside: our own (<c>INGRESS_HOST</c> on the port, <c>INGRESS_0_HOST</c> on the app) and marathon-lb's (<c>HAPROXY_0_VHOST</c>).</summary>
/// <remarks>The meaning of marathon-lb's labels is that of its documentation (Longhelp.md); of two labels for the same thing ours counts.</remarks>
public static class IngressLabels
{
    private const string Own = "INGRESS_";
    private const string Old = "HAPROXY_";

    // Ours, and what marathon-lb calls it.
    private static readonly (string Own, string Old)[] Names =
    [
        ("GROUP", "GROUP"), ("ENABLED", "ENABLED"), ("HOST", "VHOST"), ("PATH", "PATH"), ("STRIP_PATH", "HTTP_BACKEND_PROXYPASS_PATH"),
        ("LOCATION_PATH", "HTTP_BACKEND_REVPROXY_PATH"), ("ROOT_REDIRECT", "HTTP_BACKEND_REDIR"), ("REDIRECT_TO_HTTPS", "REDIRECT_TO_HTTPS"), ("HSTS", "USE_HSTS"),
        ("STICKY", "STICKY"), ("AUTH", "AUTH"), ("ALLOW", "BACKEND_NETWORK_ALLOWED_ACL"), ("BALANCE", "BALANCE"), ("MODE", "MODE"), ("PORT", "PORT"),
        ("PRIORITY", "BACKEND_WEIGHT"), ("BIND_ADDRESS", "BIND_ADDR"), ("HEALTH_PORT_INDEX", "BACKEND_HEALTHCHECK_PORT_INDEX"), ("CERTIFICATE", "SSL_CERT"), ("PROTOCOL", ""), ("RETRY", ""), ("WAKE", ""),
    ];

    // Labels of marathon-lb's own deployments (zdd.py): nothing for a balancer to read.
    private static readonly string[] PassedOver =
        ["DEPLOYMENT_GROUP", "DEPLOYMENT_ALT_PORT", "DEPLOYMENT_COLOUR", "DEPLOYMENT_STARTED_AT", "DEPLOYMENT_TARGET_INSTANCES", "DEPLOYMENT_NEW_INSTANCES", "APP_ID"];

    // A lock that cannot be read stays locked: no request comes from the broadcast address.
    private const string Nowhere = "255.255.255.255/32";

    private static readonly string[] Balances = ["roundrobin", "static-rr", "leastconn", "first", "source", "uri", "random"];

    /// <summary>What marathon-lb takes as pieces of HAProxy's configuration, without <c>HAPROXY_0_</c>.</summary>
    public static IReadOnlyList<string> Templates { get; } =
    [
        "FRONTEND_HEAD", "BACKEND_HEAD", "BACKEND_HTTP_OPTIONS", "BACKEND_HSTS_OPTIONS", "BACKEND_REDIRECT_HTTP_TO_HTTPS", "FRONTEND_BACKEND_GLUE",
        "HTTP_BACKEND_PROXYPASS_GLUE", "HTTP_BACKEND_REVPROXY_GLUE", "HTTP_FRONTEND_ACL", "HTTPS_FRONTEND_ACL", "BIND_OPTIONS",
        "HTTP_FRONTEND_ACL_WITH_PATH", "HTTPS_FRONTEND_ACL_WITH_PATH", "HTTP_FRONTEND_ACL_WITH_AUTH", "HTTPS_FRONTEND_ACL_WITH_AUTH", "HTTP_FRONTEND_ACL_WITH_AUTH_AND_PATH",
        "HTTPS_FRONTEND_ACL_WITH_AUTH_AND_PATH", "BACKEND_REDIRECT_HTTP_TO_HTTPS_WITH_PATH", "HTTP_BACKEND_NETWORK_ALLOWED_ACL", "TCP_BACKEND_NETWORK_ALLOWED_ACL",
        "BACKEND_STICKY_OPTIONS", "BACKEND_SERVER_OPTIONS",
    ];

    /// <summary>Whether a label is one of these.</summary>
    public static bool IsLabel(string key) => key.StartsWith(Own, StringComparison.Ordinal) || key.StartsWith(Old, StringComparison.Ordinal);

    /// <summary>Whether a label says how many instances an app that sleeps gets.</summary>
    public static bool IsWakeLabel(string key) => key.StartsWith(Own, StringComparison.Ordinal) && key.EndsWith("_WAKE", StringComparison.Ordinal);

    /// <summary>How many instances an app that sleeps gets when somebody comes to a port of it; 0: it is not woken.</summary>
    /// <param name="labels">The labels of the app.</param>
    /// <param name="port">The port.</param>
    /// <param name="index">Its place among the ports.</param>
    public static int WakeInstances(ValueMap<string> labels, EndpointPort port, int index) => new Reader(labels, port, index, problems: null).Number("WAKE", 0, 1_000) ?? 0;

    /// <summary>The rule of a port; null: it is not reached from outside.</summary>
    /// <param name="labels">The labels of the app.</param>
    /// <param name="ports">Its ports in the order of their definition.</param>
    /// <param name="index">The port.</param>
    /// <param name="problems">Where labels go that cannot be read, with what to do; null: they are passed over.</param>
    public static IngressRule? Read(ValueMap<string> labels, ValueList<EndpointPort> ports, int index, ICollection<string>? problems = null)
    {
        var port = ports[index];
        if (labels.IsEmpty && port.Labels.IsEmpty)
            return null;
        var reader = new Reader(labels, port, index, problems);
        var groups = (reader.Text("GROUP") ?? labels.Find(Own + "GROUP") ?? labels.Find(Old + "GROUP") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToValueList();
        var hosts = reader.List("HOST", Host);
        var path = reader.Path("PATH");
        if ((hosts.IsEmpty && path is null && groups.IsEmpty) || !reader.Flag("ENABLED", true))
            return null;
        // What asks for one place must not be served at all of them because that cannot be read.
        if ((hosts.IsEmpty && reader.Has("HOST")) || (path is null && reader.Has("PATH")))
            return null;
        var mode = reader.Choice("MODE", ["http", "tcp"]);
        return new()
        {
            Mode = mode == "http" || (mode is null && (!hosts.IsEmpty || path is not null)) || !hosts.IsEmpty ? IngressMode.Http : IngressMode.Tcp,
            Groups = groups,
            Hosts = hosts,
            Path = path,
            StripPath = reader.Path("STRIP_PATH"),
            LocationPath = reader.Path("LOCATION_PATH"),
            RootRedirect = reader.Path("ROOT_REDIRECT"),
            RedirectToHttps = reader.Flag("REDIRECT_TO_HTTPS", false),
            Hsts = reader.Flag("HSTS", false),
            Sticky = reader.Flag("STICKY", false),
            Login = reader.Login("AUTH"),
            AllowedNetworks = reader.List("ALLOW", Network) is { IsEmpty: true } && reader.Has("ALLOW") ? [Nowhere] : reader.List("ALLOW", Network),
            Balance = reader.Choice("BALANCE", Balances) ?? "",
            Protocol = reader.Choice("PROTOCOL", ["http", "h2c", "https"]) switch
            {
                "h2c" => BackendProtocol.Http2,
                "https" => BackendProtocol.Https,
                "http" => BackendProtocol.Http,
                _ => port.Name is "grpc" or "h2c" || port.Name?.StartsWith("grpc-", StringComparison.Ordinal) == true ? BackendProtocol.Http2 : BackendProtocol.Http,
            },
            ServicePort = reader.Number("PORT", 1, 65535) ?? port.ServicePort,
            Priority = reader.Number("PRIORITY", -1_000, 1_000) ?? 0,
            Retries = reader.Flag("RETRY", true),
            WakeInstances = reader.Number("WAKE", 0, 1_000) ?? 0,
            HealthPortIndex = reader.Number("HEALTH_PORT_INDEX", 0, ports.Count - 1),
            BindAddress = reader.Address("BIND_ADDRESS"),
            Certificate = reader.File("CERTIFICATE"),
            Templates = reader.TemplatesOf(),
        };
    }

    /// <summary>What is wrong with the labels of an app and of its ports, with what to do about it.</summary>
    public static IEnumerable<string> Problems(ValueMap<string> labels, ValueList<EndpointPort> ports)
    {
        var problems = new List<string>();
        for (var index = 0; index < ports.Count; index++)
            _ = Read(labels, ports, index, problems);
        foreach (var (key, _) in labels)
        {
            if (!IsLabel(key))
                continue;
            var isOwn = key.StartsWith(Own, StringComparison.Ordinal);
            var rest = key[(isOwn ? Own : Old).Length..];
            if (rest == "GROUP" || (!isOwn && PassedOver.Contains(rest)))
                continue;
            var underscore = rest.IndexOf('_');
            if (underscore <= 0 || !int.TryParse(rest.AsSpan(0, underscore), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                problems.Add($"label {key}: the index of a port is missing; write {(isOwn ? Own : Old)}0_{rest}");
            else if (index >= ports.Count)
                problems.Add($"label {key}: there is no port {index}; the app has {ports.Count}");
            else if (!isOwn && Templates.Contains(rest[(underscore + 1)..]))
                problems.Add($"label {key}: pieces of configuration are read by './platform lb haproxy --allow-templates' only; the ingress passes it over");
            else if (!IsKnown(rest[(underscore + 1)..], isOwn))
                problems.Add($"label {key}: {rest[(underscore + 1)..]} is not read here; docs/ingress.md has the labels that are");
        }
        foreach (var key in ports.SelectMany(port => port.Labels.Keys).Where(key => key.StartsWith(Own, StringComparison.Ordinal)).Distinct())
        {
            if (!IsKnown(key[Own.Length..], isOwn: true))
                problems.Add($"label {key}: {key[Own.Length..]} is not read here; docs/ingress.md has the labels that are");
        }
        return problems.Distinct();
    }

    private static bool IsKnown(string name, bool isOwn) => Names.Any(known => (isOwn ? known.Own : known.Old) == name);

    private static string? Host(string text)
    {
        var lower = text.ToLowerInvariant().TrimEnd('.');
        return DnsLabels.IsName(lower.StartsWith("*.", StringComparison.Ordinal) ? lower[2..] : lower) && lower.Length > 0 ? lower : null;
    }

    private static string? Network(string text)
    {
        var slash = text.IndexOf('/');
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
            return null;
        var most = address.GetAddressBytes().Length * 8;
        var bits = most;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > most))
            return null;
        // The network's own address: what is right of the mask is nothing.
        var octets = address.GetAddressBytes();
        for (var i = 0; i < octets.Length; i++)
            octets[i] &= (byte)(0xFF << Math.Clamp(8 * (i + 1) - bits, 0, 8));
        return $"{new IPAddress(octets)}/{bits}";
    }

    private sealed class Reader(ValueMap<string> labels, EndpointPort port, int index, ICollection<string>? problems)
    {
        internal string? Text(string name) => Find(name).Value;

        internal bool Has(string name) => Find(name).Value?.Trim() is not (null or "" or "/");

        internal ValueList<string> List(string name, Func<string, string?> read)
        {
            var (key, text) = Find(name);
            if (text is null)
                return default;
            var items = new List<string>();
            foreach (var part in text.Split([',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (read(part) is { } item)
                    items.Add(item);
                else
                    problems?.Add($"label {key}: '{part}' is {(name == "HOST" ? "no host name; write names such as www.example.com or *.example.com, with commas between them" : "no network; write such as 10.0.0.0/8, with spaces between them")}");
            }
            return items.Distinct().ToValueList();
        }

        internal string? Path(string name)
        {
            var (key, text) = Find(name);
            if (text is null || text.Trim() is "" or "/")
                return null;
            text = text.Trim();
            if (text[0] == '/' && !text.Contains("//", StringComparison.Ordinal) && text.All(c => char.IsAsciiLetterOrDigit(c) || "/._~-!$&'()+,;=:@".Contains(c)))
                return text.TrimEnd('/');
            problems?.Add($"label {key}: '{text}' is no path; write such as /shop, of letters, digits and . _ ~ - ! $ & ' ( ) + , ; = : @");
            return null;
        }

        internal bool Flag(string name, bool standard)
        {
            var (key, text) = Find(name);
            switch (text?.Trim().ToLowerInvariant())
            {
                case null:
                    return standard;
                case "true" or "t" or "yes" or "y" or "1" or "on":
                    return true;
                case "false" or "f" or "no" or "n" or "0" or "off":
                    return false;
                default:
                    problems?.Add($"label {key}: '{text}' is neither true nor false");
                    return standard;
            }
        }

        internal string? Choice(string name, string[] choices)
        {
            var (key, text) = Find(name);
            if (text is null || choices.Contains(text.Trim()))
                return text?.Trim();
            problems?.Add($"label {key}: '{text}' is none of {string.Join(", ", choices)}");
            return null;
        }

        internal int? Number(string name, int least, int most)
        {
            var (key, text) = Find(name);
            if (text is null)
                return null;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;
            problems?.Add($"label {key}: '{text}' is no number from {least} to {most}");
            return null;
        }

        internal string? Address(string name)
        {
            var (key, text) = Find(name);
            if (text is null || text.Trim() is "" or "*")
                return null;
            if (IPAddress.TryParse(text.Trim(), out var address))
                return address.ToString();
            problems?.Add($"label {key}: '{text}' is no IP address");
            return null;
        }

        // A name, and not a place: whose labels these are may not look around on the balancer's machine. One that cannot be read is no reason to serve in the clear.
        internal string? File(string name)
        {
            var (key, text) = Find(name);
            if (text is null)
                return null;
            var file = text.Trim()[(text.Trim().LastIndexOf('/') + 1)..];
            if (file.Length > 0 && file[0] != '.' && file.All(c => char.IsAsciiLetterOrDigit(c) || "._-".Contains(c)))
                return file;
            problems?.Add($"label {key}: '{text}' is no name of a file; write one such as web.pem, which has to be in the balancer's folder of certificates");
            return "";
        }

        internal ValueMap<string> TemplatesOf()
        {
            var prefix = $"{Old}{index}_";
            return labels.Concat(port.Labels).Where(label => label.Key.StartsWith(prefix, StringComparison.Ordinal) && Templates.Contains(label.Key[prefix.Length..]))
                .Select(label => KeyValuePair.Create(label.Key[prefix.Length..], label.Value)).ToValueMap();
        }

        internal IngressLogin? Login(string name)
        {
            var (key, text) = Find(name);
            if (text is null)
                return null;
            if (text.Split(':', 3) is [var realm, { Length: > 0 } user, var hash] && IsHash(hash) && IsPlain(realm) && IsPlain(user))
                return new(realm, user, hash);
            problems?.Add($"label {key}: must be realm:user:hash, the hash as 'mkpasswd -m sha-512' or 'openssl passwd -6' writes it; nobody is let in until it is");
            // A lock that cannot be read stays locked.
            return new("", "", "");
        }

        private static bool IsHash(string hash) => hash.Length is >= 13 and <= 256 && hash.All(c => char.IsAsciiLetterOrDigit(c) || "./$=,+-".Contains(c));

        private static bool IsPlain(string text) => text.Length <= 100 && text.All(c => char.IsAsciiLetterOrDigit(c) || " ._-@".Contains(c));

        private (string Key, string? Value) Find(string name)
        {
            var own = Own + name;
            if (port.Labels.Find(own) is { } onPort)
                return (own, onPort);
            var indexed = $"{Own}{index}_{name}";
            if (labels.Find(indexed) is { } onApp)
                return (indexed, onApp);
            var old = Array.Find(Names, known => known.Own == name).Old;
            var oldKey = $"{Old}{index}_{old}";
            return (oldKey, old.Length == 0 ? null : labels.Find(oldKey) ?? port.Labels.Find(oldKey));
        }
    }
}
