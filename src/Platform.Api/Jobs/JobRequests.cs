using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Api.Http;
using Platform.Core.Schedules;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Platform.Api.Jobs;

/// <summary>What requests about jobs have in common: bodies in JSON or YAML, and answers to what goes wrong.</summary>
internal static partial class JobRequests
{
    private const int LongestBody = RequestJson.LongestBody;

    /// <summary>Makes an endpoint of a handler.</summary>
    internal static RequestDelegate Handle(ILogger logger, Func<HttpContext, Task<IResult>> handler) => async http =>
    {
        IResult answer;
        try
        {
            answer = await handler(http);
        }
        catch (ApiException refused)
        {
            answer = refused.Answer;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // Whatever went wrong, the client gets an answer that it can read.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(logger, failure, http.Request.Method, http.Request.Path);
            answer = new ErrorAnswer(StatusCodes.Status503ServiceUnavailable, failure.Message);
        }
        await answer.ExecuteAsync(http);
    };

    /// <summary>An answer with a node as it is.</summary>
    internal static IResult Answer(JsonNode? node, int status = StatusCodes.Status200OK) => new JsonAnswer(json =>
    {
        if (node is null)
            json.WriteNullValue();
        else
            node.WriteTo(json);
    })
    { Status = status };

    /// <summary>The answer to a request with problems, each with its path.</summary>
    internal static ErrorAnswer Invalid(IReadOnlyList<SpecProblem> problems)
    {
        var all = new JsonProblems();
        foreach (var problem in problems)
            all.Rule(problem.Path, problem.Message);
        return ErrorAnswer.Unprocessable("Object is not valid") with { Problems = all.Items };
    }

    /// <summary>The object that is the body; null: the body is empty.</summary>
    /// <exception cref="ApiException">It is no JSON, no YAML, or no object.</exception>
    internal static async Task<JsonObject?> ReadObjectAsync(HttpContext http) => await ReadAsync(http) switch
    {
        null => null,
        JsonObject one => one,
        _ => throw new ApiException(ErrorAnswer.Unprocessable("Object is not valid") with { Detail = "an object is expected" }),
    };

    private static async Task<JsonNode?> ReadAsync(HttpContext http)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            if (buffer.Length + read > LongestBody)
                throw new ApiException(new(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {LongestBody} bytes."));
            buffer.Write(chunk, 0, read);
        }
        var body = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
            return null;
        if (http.Request.ContentType?.Contains("yaml", StringComparison.OrdinalIgnoreCase) == true)
            return ParseYaml(body);
        using var document = RequestJson.Parse(body);
        try
        {
            return JsonNode.Parse(document.RootElement.GetRawText(), documentOptions: new() { AllowDuplicateProperties = false, MaxDepth = RequestJson.Deepest });
        }
        catch (JsonException failure)
        {
            throw new ApiException(ErrorAnswer.BadRequest("Invalid JSON") with { Detail = failure.Message });
        }
    }

    private static JsonNode? ParseYaml(ReadOnlyMemory<byte> body)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(System.Text.Encoding.UTF8.GetString(body.Span)));
            return stream.Documents is [var document, ..] ? ToJson(document.RootNode, 0) : null;
        }
        catch (YamlException failure)
        {
            throw new ApiException(ErrorAnswer.BadRequest("Invalid YAML") with { Detail = failure.Message });
        }
    }

    private static JsonNode? ToJson(YamlNode node, int depth)
    {
        // Aliases may hold each other: what is nested too deep is no definition.
        if (depth > RequestJson.Deepest)
            throw new ApiException(ErrorAnswer.BadRequest("Invalid YAML") with { Detail = $"nested deeper than {RequestJson.Deepest}" });
        switch (node)
        {
            case YamlMappingNode map:
                var one = new JsonObject();
                foreach (var (key, value) in map.Children)
                    one[(key as YamlScalarNode)?.Value ?? throw new ApiException(ErrorAnswer.BadRequest("Invalid YAML") with { Detail = "a name of a member must be a text" })] = ToJson(value, depth + 1);
                return one;
            case YamlSequenceNode list:
                return new JsonArray([.. list.Children.Select(item => ToJson(item, depth + 1))]);
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text }:
                if (text is "" or "~" or "null")
                    return null;
                if (text is "true" or "True" or "false" or "False")
                    return text is "true" or "True";
                if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
                    return whole;
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : text;
            case YamlScalarNode scalar:
                return scalar.Value;
            default:
                return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailure(ILogger logger, Exception failure, string method, string path);
}
