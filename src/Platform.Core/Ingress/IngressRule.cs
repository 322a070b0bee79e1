using Platform.Core.Collections;

namespace Platform.Core.Ingress;

/// <summary>How one port of a service is reached from outside, as its labels say.</summary>
public sealed record IngressRule
{
    /// <summary>What the balancer understands. Default: requests where a host or a path is named, bytes otherwise.</summary>
    public IngressMode Mode { get; init; }

    /// <summary>The groups of balancers that serve it; empty: those that ask for no group.</summary>
    public ValueList<string> Groups { get; init; }

    /// <summary>Host names in lower case, <c>*.example.com</c> among them; empty: any.</summary>
    public ValueList<string> Hosts { get; init; }

    /// <summary>What paths begin with, without a slash at its end; null: any.</summary>
    public string? Path { get; init; }

    /// <summary>What is taken off the beginning of paths; null: nothing.</summary>
    public string? StripPath { get; init; }

    /// <summary>What is put before the paths of redirections of the instance; null: nothing.</summary>
    public string? LocationPath { get; init; }

    /// <summary>Where a request for <c>/</c> is sent; null: to the instance.</summary>
    public string? RootRedirect { get; init; }

    /// <summary>Requests without encryption are sent to where there is some.</summary>
    public bool RedirectToHttps { get; init; }

    /// <summary>Browsers are told to come with encryption only.</summary>
    public bool Hsts { get; init; }

    /// <summary>A client stays with its instance, by a cookie.</summary>
    public bool Sticky { get; init; }

    /// <summary>Who may send requests; null: everybody.</summary>
    public IngressLogin? Login { get; init; }

    /// <summary>The networks (<c>10.0.0.0/8</c>) from which requests may come; empty: any.</summary>
    public ValueList<string> AllowedNetworks { get; init; }

    /// <summary>How an instance is chosen, in HAProxy's words: <c>roundrobin</c>, <c>leastconn</c>, <c>source</c> ... Default: empty, as the balancer likes it.</summary>
    public string Balance { get; init; } = "";

    /// <summary>How the balancer speaks to instances.</summary>
    public BackendProtocol Protocol { get; init; }

    /// <summary>The port that a balancer listens on for this service alone; 0: none.</summary>
    public int ServicePort { get; init; }

    /// <summary>Of rules that match alike the one with the greater number counts. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>Safe requests (GET, HEAD, OPTIONS, TRACE) that failed on the way are sent to another instance. Default true.</summary>
    public bool Retries { get; init; } = true;

    /// <summary>So many instances an app without any gets when a request comes; 0: it is not woken.</summary>
    public int WakeInstances { get; init; }

    /// <summary>The index of the port that health checks of the balancer go to; null: the port itself.</summary>
    public int? HealthPortIndex { get; init; }

    /// <summary>The address that the service port is listened on at; null: as the balancer likes it.</summary>
    public string? BindAddress { get; init; }

    /// <summary>The file, in the balancer's folder of certificates, with which the service port speaks TLS; null: it does not. Empty: it shall, and nobody can tell with which.</summary>
    public string? Certificate { get; init; }

    /// <summary>Pieces of HAProxy's configuration that replace those of its writer, by their names in labels (<c>BACKEND_HEAD</c>); other balancers pass them over.</summary>
    public ValueMap<string> Templates { get; init; }

    /// <summary>Whether a balancer of these groups serves it.</summary>
    /// <param name="served">The groups that the balancer serves; empty: all; <c>*</c> among them: all.</param>
    public bool IsServedBy(IReadOnlyCollection<string> served) => served.Count == 0 || served.Contains("*") || Groups.Any(group => group == "*" || served.Contains(group));
}
