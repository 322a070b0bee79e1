using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Cli.Commands;

/// <summary><c>platform dns</c>: what DNS answers.</summary>
internal static class DnsCommand
{
    internal static Command Build() => new("dns", "Looks up names in the zones of the registry.") { Lookup() };

    private static Command Lookup()
    {
        var name = NameArgument.Of("NAME", "The name, such as web.shop.marathon.mesos or _web-shop._tcp.marathon.mesos.");
        var type = new Option<string?>("--type") { Description = "Only records of this type: A, AAAA, SRV, PTR or TXT. Default: all.", HelpName = "TYPE" };
        var command = new Command("lookup", "Shows the records under a name, as the DNS server answers them. The exit status is 1 if there are none.") { name, type };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var wanted = result.GetValue(type);
            var records = (await client.Services.LookUpAsync(result.GetRequiredValue(name), cancellationToken))
                .Where(record => wanted is null || record.Type.Equals(wanted, StringComparison.OrdinalIgnoreCase)).ToList();
            terminal.Table(
                ["NAME", "TYPE", "DATA"],
                records.Select(record => new[] { record.Name, record.Type, record.Data }),
                () => new JsonArray([.. records.Select(record => JsonSerializer.SerializeToNode(record, JsonSerializerOptions.Web))]),
                $"{result.GetRequiredValue(name)} has no {(wanted is null ? "" : wanted.ToUpperInvariant() + " ")}records. './platform service list' shows what can be found.");
            return records.Count > 0 ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }
}
