using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Platform.Mesos.Protocol;

/// <summary>How a message is written: as JSON or as protobuf.</summary>
internal enum MesosContent
{
    /// <summary><c>application/json</c>.</summary>
    Json,

    /// <summary><c>application/x-protobuf</c>.</summary>
    Protobuf,
}

/// <summary>Reads the messages of requests and says what an answer may be.</summary>
internal static class MesosContents
{
    public const string JsonType = "application/json";
    public const string ProtobufType = "application/x-protobuf";

    /// <summary>The bytes of a message.</summary>
    public static byte[] Encode(this MesosContent content, IMessage message) =>
        content == MesosContent.Json ? MesosJson.ToUtf8Bytes(message) : message.ToByteArray();

    /// <summary>The content type.</summary>
    public static string Name(this MesosContent content) => content == MesosContent.Json ? JsonType : ProtobufType;

    /// <summary>What the client accepts, JSON before protobuf; null: neither.</summary>
    public static MesosContent? Accepted(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var types))
            return MesosContent.Json;
        var json = new MediaTypeHeaderValue(JsonType);
        var protobuf = new MediaTypeHeaderValue(ProtobufType);
        if (types.Any(type => type.Quality != 0 && json.IsSubsetOf(type)))
            return MesosContent.Json;
        return types.Any(type => type.Quality != 0 && protobuf.IsSubsetOf(type)) ? MesosContent.Protobuf : null;
    }

    /// <summary>Reads the call in a request's body.</summary>
    /// <exception cref="MesosRefusal">It is none, in Mesos' words.</exception>
    public static async Task<T> ReadCallAsync<T>(HttpRequest request)
        where T : IMessage<T>, new()
    {
        if (!HttpMethods.IsPost(request.Method))
            throw MesosRefusal.MethodNotAllowed(request.Method, "POST");
        if (string.IsNullOrEmpty(request.ContentType))
            throw MesosRefusal.BadRequest("Expecting 'Content-Type' to be present");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed.MediaType.Value?.ToLowerInvariant() : null;
        return type switch
        {
            JsonType => ParseJson<T>(body),
            ProtobufType => ParseProtobuf<T>(body),
            _ => throw new MesosRefusal(StatusCodes.Status415UnsupportedMediaType, $"Expecting 'Content-Type' of {JsonType} or {ProtobufType}"),
        };
    }

    private static T ParseProtobuf<T>(MemoryStream body)
        where T : IMessage<T>, new()
    {
        try
        {
            var call = new T();
            call.MergeFrom(body.GetBuffer().AsSpan(0, (int)body.Length).ToArray());
            return call;
        }
        catch (InvalidProtocolBufferException)
        {
            throw MesosRefusal.BadRequest("Failed to parse body into Call protobuf");
        }
    }

    private static T ParseJson<T>(MemoryStream body)
        where T : IMessage<T>, new()
    {
        var text = System.Text.Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(text);
        }
        catch (System.Text.Json.JsonException problem)
        {
            throw MesosRefusal.BadRequest($"Failed to parse body into JSON: {problem.Message}");
        }
        try
        {
            return MesosJson.Parse<T>(text);
        }
        catch (FormatException problem)
        {
            throw MesosRefusal.BadRequest($"Failed to convert JSON into Call protobuf: {problem.Message}");
        }
    }
}
