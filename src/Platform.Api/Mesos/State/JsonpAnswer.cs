using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.State;

/// <summary>Answers with JSON, or with a call of the script function that the client names with <c>?jsonp=</c>.</summary>
internal static class JsonpAnswer
{
    private const int LongestName = 128;

    public static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        var callback = http.Request.Query["jsonp"].ToString();
        if (callback.Length > LongestName || callback.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '$' or '[' or ']')))
            throw MesosRefusal.BadRequest("Expecting 'jsonp' to be the name of a function");
        var buffer = new ArrayBufferWriter<byte>(4_096);
        if (callback.Length > 0)
            buffer.Write(Encoding.ASCII.GetBytes(callback + "("));
        await using (var writer = new Utf8JsonWriter(buffer, JsonAnswer.Options))
            write(writer);
        if (callback.Length > 0)
            buffer.Write(");"u8);
        var response = http.Response;
        response.ContentType = callback.Length > 0 ? "text/javascript" : MesosContents.JsonType;
        response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
    }
}
