using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client.Services;

namespace Platform.Cli.Commands;

/// <summary><c>platform lb</c>: the balancers.</summary>
internal static class LoadBalancerCommand
{
    internal static Command Build(Command haproxy) => new("lb", "Shows the balancer of virtual addresses and the HTTP ingress, and runs HAProxy as one.") { Status(), haproxy };

    private static Command Status()
    {
        var command = new Command("status", "Shows the addresses that the control plane's machine listens on, what its ingress serves, and where connections go.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var balancer = await client.Services.GetBalancerAsync(cancellationToken);
            var ingress = await client.Services.GetIngressAsync(cancellationToken);
            if (terminal.IsJson)
            {
                var json = JsonSerializer.SerializeToNode(balancer, JsonSerializerOptions.Web)!.AsObject();
                json["ingress"] = JsonSerializer.SerializeToNode(ingress, JsonSerializerOptions.Web);
                terminal.Json(json);
                return ExitCodes.Ok;
            }
            terminal.Line($"{balancer.Connections} connections, {balancer.Active} open; {balancer.Failures} failures of endpoints, {balancer.Refused} connections refused");
            if (balancer.Stale)
                terminal.Line($"  the control plane has not been heard for {balancer.AgeSeconds:0} s: it goes on with what it knows");
            foreach (var problem in balancer.Problems)
                terminal.Line($"  {problem.Name} ({problem.Protocol}) is not listened on: {problem.Problem}");
            terminal.Line("");
            terminal.Table(
                ["ADDRESS", "PROTOCOL", "LISTENS ON", .. Backend],
                balancer.Addresses.SelectMany(address => address.Backends.Select(backend => (string[])[address.Name, address.Protocol, address.Listen, .. Row(backend)])),
                () => new JsonObject(),
                "No port asks for a virtual address. The label VIP_0=/NAME:PORT on a port does.");
            if (ingress.Addresses.Count > 0)
                Show(terminal, ingress);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static readonly string[] Backend = ["ENDPOINT", "TARGET", "READY", "WEIGHT", "OPEN", "TOTAL", "FAILURES"];

    private static string[] Row(BalancerBackend backend) =>
        [backend.Id, backend.Target, backend.Ready ? "yes" : "no", $"{backend.Weight}", $"{backend.Active}", $"{backend.Total}", $"{backend.Failures}"];

    private static void Show(Terminal terminal, Ingress ingress)
    {
        terminal.Line("");
        terminal.Line($"ingress on {string.Join(", ", ingress.Addresses)}: {ingress.Counts.Requests} requests, {ingress.Counts.Active} going on; "
            + $"{ingress.Counts.Retries} sent again, {ingress.Counts.Failures} failed, {ingress.Counts.Unknown} unknown");
        foreach (var route in ingress.Routes.Where(route => route.Problem is not null))
            terminal.Line($"  {route.Service} is not served as it asks: {route.Problem}");
        terminal.Line("");
        terminal.Table(
            ["SERVICE", "SERVED AS", .. Backend],
            ingress.Routes.SelectMany(route => route.Backends.DefaultIfEmpty().Select(backend => (string[])
                [route.Service, ServedAs(route), .. backend is null ? ["-", "-", "-", "-", "-", "-", "-"] : Row(backend)])),
            () => new JsonObject(),
            "No app asks to be served. The label INGRESS_0_HOST=NAME of an app does.");
    }

    private static string ServedAs(IngressRoute route) => route.Mode == "tcp"
        ? $"tcp :{route.ServicePort}"
        : string.Join(' ', route.Hosts.DefaultIfEmpty("*").Select(host => host + (route.Path ?? "/")));
}
