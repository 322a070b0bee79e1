using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Cli.Commands;

/// <summary>Reads a definition from a file or, named <c>-</c>, from standard input.</summary>
internal static class DefinitionFile
{
    internal static async Task<JsonNode> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var name = file == "-" ? "standard input" : file;
        if (Directory.Exists(file))
            throw new CommandException(ExitCodes.Usage, $"{name} is a folder, not a definition");
        try
        {
            var text = file == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken);
            if (string.IsNullOrWhiteSpace(text))
                throw new CommandException(ExitCodes.Usage, $"{name} is empty, not a definition");
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip })
                ?? throw new CommandException(ExitCodes.Usage, $"{name} holds null, not a definition");
        }
        catch (JsonException exception)
        {
            throw new CommandException(ExitCodes.Usage, $"{name} is not JSON: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"cannot read {name}: {exception.Message}");
        }
    }

    internal static async Task<JsonObject> ReadObjectAsync(string file, CancellationToken cancellationToken) =>
        await ReadAsync(file, cancellationToken) as JsonObject
        ?? throw new CommandException(ExitCodes.Usage, $"{(file == "-" ? "standard input" : file)} does not hold one JSON object");

    /// <summary>What a definition is called in messages.</summary>
    internal static string NameOf(JsonNode definition) => definition switch
    {
        JsonObject one when one["id"] is JsonValue id && id.TryGetValue<string>(out var text) => "/" + text.Trim('/'),
        JsonArray many => $"{many.Count} apps",
        _ => "app",
    };
}
