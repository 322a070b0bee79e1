using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Services;

namespace Platform.Cli.Commands;

/// <summary><c>platform service</c>: what can be reached, and where.</summary>
internal static class ServiceCommand
{
    internal static Command Build() => new("service", "Lists, follows and registers services.") { List(), Show(), Watch(), Register(), Deregister() };

    private static Argument<string> Name() => NameArgument.Of("SERVICE", "The service, such as web.shop.marathon (the app /shop/web) or db.");

    private static Command List()
    {
        var command = new Command("list", "Lists the services that have endpoints.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var services = await client.Services.ListAsync(cancellationToken);
            terminal.Table(
                ["SERVICE", "ENDPOINTS", "READY", "DRAINING"],
                services.Select(service => new[] { service.Name, $"{service.Endpoints}", $"{service.Ready}", $"{service.Draining}" }),
                () => new JsonArray([.. services.Select(service => JsonSerializer.SerializeToNode(service, JsonSerializerOptions.Web))]),
                "No service has endpoints yet. Apps that run have some by themselves; './platform service register' adds others.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show()
    {
        var name = Name();
        var command = new Command("show", "Shows a service with its endpoints, names and virtual addresses.") { name };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var service = await client.Services.Get(result.GetRequiredValue(name)).GetAsync(cancellationToken);
            if (terminal.IsJson)
            {
                terminal.Json(JsonSerializer.SerializeToNode(service, JsonSerializerOptions.Web));
                return ExitCodes.Ok;
            }
            terminal.Line(service.Name);
            foreach (var dns in service.Dns)
                terminal.Line($"  dns       {dns}");
            foreach (var address in service.VirtualAddresses)
                terminal.Line($"  vip       {address.Name} ({address.Protocol}){(address.Address is null ? "" : $" -> {address.Address}:{address.Port}")}");
            foreach (var problem in service.Problems)
                terminal.Line($"  problem   {problem}");
            terminal.Line("");
            terminal.Table(["ENDPOINT", "STATE", "ADDRESS", "PORTS", "WEIGHT", "OWNER"], service.Endpoints.Select(Row), () => new JsonArray(), "It has no endpoints.");
            foreach (var endpoint in service.Endpoints.Where(endpoint => endpoint.Problem is not null))
                terminal.Line($"{endpoint.Id}: {endpoint.Problem}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string[] Row(ServiceEndpoint endpoint) =>
    [
        endpoint.Id, endpoint.State.ToLowerInvariant(), string.Join(',', endpoint.Addresses),
        string.Join(',', endpoint.Ports.Select(port => $"{(port.Name is null ? "" : port.Name + ":")}{(port.HostPort > 0 ? port.HostPort : port.ContainerPort)}")),
        $"{endpoint.Weight}", endpoint.Owner ?? "outside",
    ];

    private static Command Watch()
    {
        var name = Name();
        var command = new Command("watch", "Shows each change of a service as it happens, until it is interrupted.") { name };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            await foreach (var change in client.Services.Get(result.GetRequiredValue(name)).WatchAsync(cancellationToken))
            {
                if (terminal.IsJson)
                {
                    terminal.Line(JsonSerializer.Serialize(change, JsonSerializerOptions.Web));
                    continue;
                }
                foreach (var endpoint in change.Set)
                    terminal.Line($"{change.Index}  {(change.IsSnapshot ? "has" : "set")}  {string.Join("  ", Row(endpoint))}");
                foreach (var id in change.Removed)
                    terminal.Line($"{change.Index}  gone  {id}");
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Register()
    {
        var (name, id) = (Name(), NameArgument.Of("ID", "The instance's id, unique in the service."));
        var address = new Option<string>("--address") { Description = "Its IP address.", HelpName = "IP", Required = true };
        var port = new Option<string[]>("--port") { Description = "A port: NUMBER, NAME:NUMBER or NAME:NUMBER/udp; may be given several times.", HelpName = "PORT" };
        var tag = new Option<string[]>("--tag") { Description = "A tag, KEY=VALUE; may be given several times.", HelpName = "KEY=VALUE" };
        var ttl = new Option<double?>("--ttl") { Description = "It is removed when it sends no heartbeat for so long. Default: it stays until it is removed.", HelpName = "SECONDS" };
        var weight = new Option<int>("--weight") { Description = "Its share of new connections beside others, 0 to 1000. Default: 1.", DefaultValueFactory = _ => 1 };
        var check = new Option<string?>("--check") { Description = "Let the control plane look every 10 seconds whether it is there, and find it only then: tcp, tcp:PORT, http/PATH or http:PORT/PATH.", HelpName = "CHECK" };
        var command = new Command("register", "Registers an instance that no app of this cluster runs.") { name, id, address, port, tag, ttl, weight, check };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var instance = new ServiceInstance
            {
                Address = result.GetRequiredValue(address),
                Ports = [.. (result.GetValue(port) ?? []).Select(PortOf)],
                Tags = (result.GetValue(tag) ?? []).Select(text => text.Split('=', 2)).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.Last() is [_, var value] ? value : ""),
                TtlSeconds = result.GetValue(ttl),
                Weight = result.GetValue(weight),
                Check = result.GetValue(check) is { } text ? CheckOf(text) : null,
            };
            var service = client.Services.Get(result.GetRequiredValue(name));
            await service.RegisterAsync(result.GetRequiredValue(id), instance, cancellationToken);
            if (terminal.IsJson)
                terminal.Json(new JsonObject { ["service"] = service.Name, ["id"] = result.GetRequiredValue(id) });
            else
                terminal.Line($"{service.Name} has the instance {result.GetRequiredValue(id)} at {instance.Address}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Deregister()
    {
        var (name, id) = (Name(), NameArgument.Of("ID", "The instance's id."));
        var command = new Command("deregister", "Removes an instance that was registered from outside.") { name, id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var service = client.Services.Get(result.GetRequiredValue(name));
            await service.DeregisterAsync(result.GetRequiredValue(id), cancellationToken);
            if (terminal.IsJson)
                terminal.Json(new JsonObject { ["service"] = service.Name, ["id"] = result.GetRequiredValue(id) });
            else
                terminal.Line($"{service.Name} no longer has the instance {result.GetRequiredValue(id)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ServiceCheck CheckOf(string text)
    {
        var slash = text.IndexOf('/');
        var parts = (slash < 0 ? text : text[..slash]).Split(':');
        var port = parts.Length == 2 && ushort.TryParse(parts[1], out var number) && number > 0 ? number : (int?)null;
        return parts[0] is "tcp" or "http" && parts.Length == (port is null ? 1 : 2) && (slash < 0 || parts[0] == "http")
            ? new() { Protocol = parts[0], Port = port, Path = slash < 0 ? "/" : text[slash..] }
            : throw new CommandException(ExitCodes.Usage, $"--check {text} is none of tcp, tcp:PORT, http/PATH and http:PORT/PATH");
    }

    private static ServicePort PortOf(string text)
    {
        var slash = text.IndexOf('/');
        var (rest, protocol) = slash < 0 ? (text, "tcp") : (text[..slash], text[(slash + 1)..]);
        var colon = rest.LastIndexOf(':');
        return int.TryParse(rest[(colon + 1)..], out var number) && number is > 0 and <= 65535
            ? new() { Name = colon < 0 ? null : rest[..colon], HostPort = number, Protocol = protocol }
            : throw new CommandException(ExitCodes.Usage, $"--port {text} is not NUMBER, NAME:NUMBER or NAME:NUMBER/udp with a number of 1 to 65535");
    }
}
