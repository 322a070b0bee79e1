using System.CommandLine;
using System.Text.Json.Nodes;

namespace Platform.Cli.Commands;

/// <summary><c>platform secret</c>: values for tasks, which nobody sees.</summary>
internal static class SecretCommand
{
    internal static Command Build() => new("secret", "Secrets: values that tasks use and nobody sees.") { Set(), List(), Uses(), Remove() };

    private static Argument<string> PathArgument() => new("PATH") { Description = "Its path, such as shop/password." };

    private static Command Set()
    {
        var path = PathArgument();
        var file = new Option<FileInfo?>("--file") { Description = "The file with the value. Default: what is read from the input; a line end at its end does not count.", HelpName = "FILE" };
        var command = new Command("set", "Stores or replaces a value; apps that use it do what they ask for in platform.secretChange.") { path, file };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            string value;
            try
            {
                value = result.GetValue(file) is { } given ? await File.ReadAllTextAsync(given.FullName, cancellationToken) : (await Console.In.ReadToEndAsync(cancellationToken)).TrimEnd('\r', '\n');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCodes.Usage, "the value cannot be read: " + e.Message);
            }
            await client.CallAsync(HttpMethod.Put, UrlOf(result.GetRequiredValue(path)), new JsonObject { ["value"] = value }, cancellationToken);
            terminal.Say(new JsonObject { ["path"] = result.GetRequiredValue(path) }, "stored");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var prefix = new Argument<string?>("PREFIX") { Description = "Those whose paths begin so. Default: all.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("list", "Lists paths, with how many apps, pods and jobs use each.") { prefix };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var answer = (await client.CallAsync(HttpMethod.Get, "/api/secrets?uses=true&prefix=" + Uri.EscapeDataString(result.GetValue(prefix) ?? ""), null, cancellationToken))!;
            terminal.Table(["PATH", "USED BY"], answer["secrets"]!.AsArray().Select(path => new[] { $"{path}", $"{answer["uses"]?[$"{path}"]?.AsArray().Count ?? 0}" }),
                () => answer.DeepClone(), "There are no secrets.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Uses()
    {
        var path = PathArgument();
        var command = new Command("uses", "Says which apps, pods and jobs use a secret, and what each does when it gets a new value.") { path };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var wanted = result.GetRequiredValue(path);
            var answer = (await client.CallAsync(HttpMethod.Get, "/api/secrets?uses=true&prefix=" + Uri.EscapeDataString(wanted), null, cancellationToken))!;
            if (answer["uses"]?[wanted] is not JsonArray uses)
                throw new CommandException(ExitCodes.Failed, $"there is no secret {wanted}");
            terminal.Table(["KIND", "ID", "ON CHANGE"], uses.Select(use => new[] { $"{use!["kind"]}", $"{use["id"]}", $"{use["onChange"]}" }), () => uses.DeepClone(), "Nothing uses it.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Remove()
    {
        var path = PathArgument();
        var command = new Command("remove", "Removes a value. Tasks that run keep theirs; those that need it do not start any more.") { path };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            await client.CallAsync(HttpMethod.Delete, UrlOf(result.GetRequiredValue(path)), null, cancellationToken);
            terminal.Say(new JsonObject { ["path"] = result.GetRequiredValue(path) }, "removed");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static string UrlOf(string path) => "/api/secrets/" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
