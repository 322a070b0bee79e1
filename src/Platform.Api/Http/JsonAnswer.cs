using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Platform.Api.Http;

/// <summary>A JSON answer that is written by hand. A successful GET carries an ETag and is answered with 304 if the client has it already.</summary>
internal sealed class JsonAnswer(Action<Utf8JsonWriter> write) : IResult
{
    /// <summary>Text is escaped only where JSON asks for it.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The expected length in bytes, so that a long answer is not copied again and again. Default 1,024.</summary>
    public int Capacity { get; init; } = 1_024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var buffer = new ArrayBufferWriter<byte>(Math.Max(Capacity, 256));
        await using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);

        var response = httpContext.Response;
        response.StatusCode = Status;
        foreach (var (name, value) in Headers ?? new Dictionary<string, string>())
            response.Headers[name] = value;
        if (Status == StatusCodes.Status200OK && (HttpMethods.IsGet(httpContext.Request.Method) || HttpMethods.IsHead(httpContext.Request.Method)))
        {
            var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan).AsSpan(0, 12))}\"";
            response.Headers.ETag = tag;
            // Clients must ask each time, and are told cheaply that nothing has changed.
            response.Headers.CacheControl = "no-cache";
            if (Matches(httpContext.Request.Headers.IfNoneMatch, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(buffer.WrittenMemory, httpContext.RequestAborted);
    }

    private static bool Matches(Microsoft.Extensions.Primitives.StringValues header, string tag)
    {
        if (header.Count == 0 || !EntityTagHeaderValue.TryParseList(header, out var known))
            return false;
        return known.Any(k => k.Equals(EntityTagHeaderValue.Any) || k.Tag == tag);
    }
}
