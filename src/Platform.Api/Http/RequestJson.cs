using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace Platform.Api.Http;

/// <summary>The JSON body of a request, with limits.</summary>
internal static class RequestJson
{
    /// <summary>The longest body, bytes: 16 MB, which is room for several thousand apps in one change.</summary>
    public const int LongestBody = 16 * 1024 * 1024;

    /// <summary>The deepest nesting of objects and arrays.</summary>
    public const int Deepest = 64;

    /// <summary>Reads the body; every way in which it is no JSON ends in an error answer.</summary>
    /// <exception cref="ApiException">400 for what is no JSON, 413 for what is too long, 415 for another content type.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpRequest request)
    {
        if (request.ContentType is { Length: > 0 } type && !IsJson(type))
            throw new ApiException(new(StatusCodes.Status415UnsupportedMediaType, "Unsupported Media Type"));
        return Parse(await ReadBytesAsync(request));
    }

    /// <summary>Parses a whole body.</summary>
    /// <exception cref="ApiException">400.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        // A byte order mark is not JSON, but some editors write one.
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (body.Span.Trim(" \t\r\n"u8).IsEmpty)
            throw new ApiException(ErrorAnswer.BadRequest("Please specify data in JSON format") with { Detail = "No content to map due to end-of-input" });
        if (!Utf8.IsValid(body.Span))
            throw Malformed("The body is not valid UTF-8.");
        try
        {
            var document = JsonDocument.Parse(body, new() { MaxDepth = Deepest });
            if (body.Span.IndexOf("\\u"u8) >= 0)
                CheckEscapes(body.Span);
            return document;
        }
        catch (JsonException e)
        {
            throw Malformed(e.Message);
        }
    }

    private static ApiException Malformed(string detail) =>
        new(ErrorAnswer.BadRequest("Invalid JSON") with { Detail = detail });

    private static bool IsJson(string type)
    {
        var media = type.Split(';', 2)[0].Trim();
        return media.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || media.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
            || media == "*/*";
    }

    /// <summary>Half a surrogate pair passes the parser and fails when the text is read.</summary>
    private static void CheckEscapes(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new() { MaxDepth = Deepest });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    _ = reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            throw Malformed($"A text before byte {reader.TokenStartIndex} has an escape that is no character.");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request)
    {
        if (request.ContentLength > LongestBody)
            throw TooLong();
        var buffer = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
            {
                if (buffer.Length + read > LongestBody)
                    throw TooLong();
                buffer.Write(chunk, 0, read);
            }
        }
        catch (BadHttpRequestException e)
        {
            throw new ApiException(new(e.StatusCode, e.Message));
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static ApiException TooLong() =>
        new(new(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {LongestBody} bytes."));
}
