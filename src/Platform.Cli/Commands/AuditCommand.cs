using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Core.Security;

namespace Platform.Cli.Commands;

/// <summary><c>platform audit</c>: the log of who did what.</summary>
internal static class AuditCommand
{
    internal static Command Build()
    {
        var after = new Option<long>("--after") { Description = "Only lines after this number. Default: 0.", HelpName = "NUMBER" };
        var command = new Command("audit", "Prints the log of who did what, a line of JSON each.") { after };
        command.Run(result => async (client, _, cancellationToken) =>
        {
            await foreach (var line in ReadAsync(client, result.GetValue(after), cancellationToken))
                await Console.Out.WriteLineAsync(line);
            return ExitCodes.Ok;
        });
        command.Add(Verify());
        return command;
    }

    private static Command Verify()
    {
        var file = new Option<string?>("--file") { Description = "Verify this copy of the log instead; - is standard input.", HelpName = "FILE" };
        var expect = new Option<string?>("--expect") { Description = "A hash that was noted earlier: a line that has it must be there.", HelpName = "HASH" };
        var command = new Command("verify", "Verifies that no line was changed, taken out or put in; prints the last hash, to be noted elsewhere.") { file, expect };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            List<string> lines = [];
            if (result.GetValue(file) is { } path)
                lines.AddRange((await LoginCommand.ReadAsync(path, cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            else
                await foreach (var line in ReadAsync(client, 0, cancellationToken))
                    lines.Add(line);
            var problem = AuditChain.Verify(lines, out var last);
            if (problem is null && result.GetValue(expect) is { } hash && !lines.Exists(line => AuditChain.HashOf(line) == hash))
                problem = $"no line has the hash {hash}: what came before it was changed, or is no longer kept";
            if (problem is not null)
            {
                terminal.Error(problem);
                return ExitCodes.Failed;
            }
            terminal.Say(new JsonObject { ["lines"] = lines.Count, ["hash"] = last }, $"{lines.Count} lines are as they were written; the last hash is {last}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async IAsyncEnumerable<string> ReadAsync(IPlatformClient client, long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await client.ReadAuditAsync(after, cancellationToken) is { Count: > 0 } lines)
        {
            foreach (var line in lines)
                yield return line;
            after = (long)JsonNode.Parse(lines[^1])!["number"]!;
        }
    }
}
