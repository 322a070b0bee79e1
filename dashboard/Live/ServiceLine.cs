using Platform.Contracts.Agents;
using Platform.Core.Registry;

namespace Platform.Dashboard.Live;

/// <summary>What lists show of one service.</summary>
/// <param name="Name">Its name.</param>
/// <param name="All">How many endpoints it has.</param>
/// <param name="Ready">How many are given work.</param>
/// <param name="Word">How it is, in a word.</param>
/// <param name="Tone">The colour of the word.</param>
/// <param name="App">The app whose instances it is; null: of several, or of none.</param>
/// <param name="Origin">Where its endpoints come from.</param>
/// <param name="Addresses">Its virtual addresses.</param>
internal sealed record ServiceLine(string Name, int All, int Ready, string Word, string Tone, string? App, string Origin, string Addresses)
{
    internal static ServiceLine Of(ServiceSnapshot service)
    {
        var endpoints = service.Endpoints;
        int Count(EndpointState state) => endpoints.Count(endpoint => endpoint.State == state);
        var (all, ready) = (endpoints.Count, Count(EndpointState.Ready));
        var (word, tone) = ready == all ? ("Ready", "good")
            : ready > 0 ? (Count(EndpointState.Draining) > 0 ? "Draining" : "Partly ready", "warn")
            : Count(EndpointState.Asleep) > 0 ? ("Asleep", "still")
            : Count(EndpointState.Draining) == all ? ("Draining", "warn")
            : ("Not ready", "bad");
        var owners = endpoints.Select(endpoint => endpoint.Owner).Distinct(StringComparer.Ordinal).ToList();
        var app = owners is [var owner] ? TaskOwners.AppOf(owner) : null;
        return new(service.Name, all, ready, word, tone, app, string.Join(", ", owners.Select(one => one.Length == 0 ? "outside" : one)), string.Join(", ", AddressesOf(service).Select(address => address.ToString())));
    }

    /// <summary>The virtual addresses that its ports ask for.</summary>
    internal static IEnumerable<VirtualAddress> AddressesOf(ServiceSnapshot service, ICollection<string>? problems = null) =>
        service.Endpoints.SelectMany(endpoint => endpoint.Ports.SelectMany(port => VirtualAddresses.Of(port, endpoint.Framework, problems))).Distinct();

    /// <summary>Where an endpoint is reached: addresses with ports, protocols and names.</summary>
    internal static IEnumerable<string> TargetsOf(ServiceEndpoint endpoint)
    {
        foreach (var port in endpoint.Ports.AsEnumerable())
        {
            var addresses = port.HostPort > 0 ? endpoint.AgentAddresses : endpoint.TaskAddresses;
            var number = port.HostPort > 0 ? port.HostPort : port.ContainerPort;
            if (number > 0 && !addresses.IsEmpty)
                yield return $"{addresses[0]}:{number} {port.Protocol}{(port.Name is { } name ? $" ({name})" : "")}";
        }
        if (endpoint.Ports.IsEmpty && !endpoint.TaskAddresses.IsEmpty)
            yield return endpoint.TaskAddresses[0];
    }
}
