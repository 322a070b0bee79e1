using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Core.Security;

namespace Platform.Cli.Commands;

/// <summary><c>platform token</c>: tokens for programs and for agents.</summary>
internal static class TokenCommand
{
    internal static Command Build() => new("token", "Tokens for programs and for agents.") { Add(), Agent(), List(), Remove() };

    private static Command Add()
    {
        var description = new Option<string>("--description") { Description = "What it is for.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var days = new Option<double?>("--days") { Description = "How many days it counts. Default: 90; at most 365.", HelpName = "DAYS" };
        var scope = new Option<string[]>("--scope") { Description = "It is good for this alone, such as dcos:service:marathon:marathon:services:/shop=read; may be given several times. Default: all that you may do.", HelpName = "RESOURCE=ACTION" };
        var command = new Command("add", "Makes a token that is good until it expires or is taken back; prints it, once.") { description, days, scope };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var body = new JsonObject { ["description"] = result.GetValue(description), ["scope"] = new JsonArray([.. (result.GetValue(scope) ?? []).Select(Scope)]) };
            if (result.GetValue(days) is { } count)
                body["days"] = count;
            var made = (await client.CallAsync(HttpMethod.Post, "/api/tokens", body, cancellationToken))!;
            terminal.Say(made, $"{made["token"]}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static JsonNode Scope(string text)
    {
        var at = text.LastIndexOf('=');
        var (resource, action) = at < 0 ? (text, "full") : (text[..at], text[(at + 1)..]);
        return ResourceId.Validate(resource) is { } problem ? throw new CommandException(ExitCodes.Usage, "--scope: " + problem) : new JsonObject { ["resource"] = resource, ["action"] = action };
    }

    private static Command Agent()
    {
        var name = new Argument<string>("NAME") { Description = "The agent, for people and for the audit log." };
        var days = new Option<double?>("--days") { Description = "How many days it counts. Default and at most: 365.", HelpName = "DAYS" };
        var command = new Command("agent", "Makes a token for 'platform agent --token-file FILE'; prints it, once.") { name, days };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var body = new JsonObject { ["name"] = result.GetRequiredValue(name) };
            if (result.GetValue(days) is { } count)
                body["days"] = count;
            var made = (await client.CallAsync(HttpMethod.Post, "/api/tokens/agents", body, cancellationToken))!;
            terminal.Say(made, $"{made["token"]}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists your tokens; those of all for who may look at identities.");
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var tokens = (await client.CallAsync(HttpMethod.Get, "/api/tokens", null, cancellationToken))!["tokens"]!.AsArray();
            terminal.Table(["ID", "OF", "EXPIRES", "DESCRIPTION"], tokens.Select(token => new[] { $"{token!["id"]}", $"{token["uid"]}", $"{token["expiresAt"]}", $"{token["description"]}" }),
                () => tokens.DeepClone(), "There are no tokens.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Remove()
    {
        var id = new Argument<string>("ID") { Description = "Its id, as 'token list' shows it." };
        var command = new Command("remove", "Takes a token back.") { id };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            await client.CallAsync(HttpMethod.Delete, "/api/tokens/" + Uri.EscapeDataString(result.GetRequiredValue(id)), null, cancellationToken);
            terminal.Say(new JsonObject { ["id"] = result.GetRequiredValue(id) }, "the token counts no more");
            return ExitCodes.Ok;
        });
        return command;
    }
}
