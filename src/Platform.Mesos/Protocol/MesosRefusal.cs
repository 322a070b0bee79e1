using Microsoft.AspNetCore.Http;

namespace Platform.Mesos.Protocol;

/// <summary>A request that is refused: a status and a plain text, as Mesos answers.</summary>
internal sealed class MesosRefusal(int status, string message) : Exception(message)
{
    public int Status => status;

    /// <summary>With 405: the methods that there are.</summary>
    public string? Allow { get; private init; }

    public static MesosRefusal BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public static MesosRefusal Forbidden(string message) => new(StatusCodes.Status403Forbidden, message);

    public static MesosRefusal NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    public static MesosRefusal Conflict(string message) => new(StatusCodes.Status409Conflict, message);

    public static MesosRefusal NotAcceptable() => new(
        StatusCodes.Status406NotAcceptable, $"Expecting 'Accept' to allow '{MesosContents.ProtobufType}' or '{MesosContents.JsonType}'");

    public static MesosRefusal MethodNotAllowed(string method, params string[] allowed) =>
        new(StatusCodes.Status405MethodNotAllowed, $"405 Method Not Allowed. Expecting one of {{ {string.Join(", ", allowed.Select(name => $"'{name}'"))} }}, but received '{method}'.")
        {
            Allow = string.Join(", ", allowed),
        };

    /// <summary>Answers with it.</summary>
    public Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        if (Allow is not null)
            http.Response.Headers.Allow = Allow;
        return http.Response.WriteAsync(Message, http.RequestAborted);
    }
}
