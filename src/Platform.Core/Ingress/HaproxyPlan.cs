using System.Globalization;
using System.Net;
using System.Text;
using Platform.Core.Collections;

namespace Platform.Core.Ingress;

/// <summary>What HAProxy is to do: what takes a reload to change, and the servers, which do not.</summary>
public sealed record HaproxyPlan
{
    private const string Idle = "127.0.0.1";

    /// <summary>The runtime socket's line and others of the global section.</summary>
    public string Global { get; init; } = "";

    /// <summary>The sections before those of the backends.</summary>
    public string Frontends { get; init; } = "";

    /// <summary>The backends, in the order of their names.</summary>
    public ValueList<HaproxyBackend> Backends { get; init; }

    /// <summary>Host names that are served, each with its backend's name, as marathon-lb's map of hosts has them.</summary>
    public ValueList<(string Host, string Backend)> Hosts { get; init; }

    /// <summary>Where service ports are listened on.</summary>
    public ValueList<IPEndPoint> ServicePorts { get; init; }

    /// <summary>What of the labels is not done, and why.</summary>
    public ValueList<string> Problems { get; init; }

    /// <summary>Whether the other differs in nothing but servers.</summary>
    public bool HasStructureOf(HaproxyPlan other) => Global == other.Global && Frontends == other.Frontends && Bare(Backends) == Bare(other.Backends);

    /// <summary>The configuration's text.</summary>
    /// <param name="revision">What HAProxy tells at its runtime socket when it runs with this text; a word.</param>
    public string Write(string revision)
    {
        var text = new StringBuilder();
        text.Append("# Written by 'platform lb haproxy'; what is changed here is lost.\n");
        text.Append(Global).Append(CultureInfo.InvariantCulture, $"  description {HaproxyText.Quote(revision)}\n\n").Append(Frontends);
        foreach (var backend in Backends)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nbackend {backend.Name}\n").Append(backend.Text);
            var next = 0;
            for (var slot = 1; slot <= backend.Slots; slot++)
            {
                var server = next < backend.Servers.Count && backend.Servers[next].Slot == slot ? backend.Servers[next++] : null;
                text.Append(CultureInfo.InvariantCulture, $"  server s{slot} ").Append(server is null ? $"{Idle}:{slot} disabled" : Line(backend, server)).Append('\n');
            }
        }
        return text.ToString();
    }

    /// <summary>The backends' names of apps, as marathon-lb's map of apps has them.</summary>
    public IEnumerable<(string AppId, string Backend)> Apps => Backends.Select(backend => (backend.AppId, backend.Name));

    private static string Line(HaproxyBackend backend, HaproxyServer server)
    {
        var check = server.CheckPort == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" check port {server.CheckPort}");
        var state = !server.IsDraining ? string.Create(CultureInfo.InvariantCulture, $" weight {server.Weight}") : backend.IsSticky ? " disabled" : " weight 0";
        return HaproxyText.Of(server.Address) + state + check;
    }

    private static ValueList<HaproxyBackend> Bare(ValueList<HaproxyBackend> backends) => backends.Select(backend => backend with { Servers = default }).ToValueList();
}
