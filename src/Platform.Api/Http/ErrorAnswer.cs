using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.Api.Http;

/// <summary>An error in the shape of Marathon: a message, and what else there is to say of it.</summary>
internal sealed record ErrorAnswer(int Status, string Message) : IResult
{
    /// <summary>The parser's words, told as a text in <c>details</c>.</summary>
    public string? Detail { get; init; }

    /// <summary>Everything that is wrong, told by path in <c>details</c>.</summary>
    public IReadOnlyList<JsonProblem>? Problems { get; init; }

    /// <summary>Deployments that are in the way.</summary>
    public IReadOnlyList<string>? Deployments { get; init; }

    public static ErrorAnswer NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    public static ErrorAnswer BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public static ErrorAnswer Conflict(string message) => new(StatusCodes.Status409Conflict, message);

    public static ErrorAnswer Unprocessable(string message) => new(StatusCodes.Status422UnprocessableEntity, message);

    /// <summary>422 with all problems: as "Invalid JSON" if some value is missing or mistyped, else as "Object is not valid".</summary>
    public static ErrorAnswer Invalid(JsonProblems problems) =>
        Unprocessable(problems.Items.Any(p => p.Shape) ? "Invalid JSON" : "Object is not valid") with { Problems = problems.Items };

    /// <summary>422 with one problem.</summary>
    public static ErrorAnswer Invalid(string path, string error)
    {
        var problems = new JsonProblems();
        problems.Rule(path, error);
        return Invalid(problems);
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        // The command line of DC/OS finds out by the first one how to log in.
        if (Status == StatusCodes.Status401Unauthorized)
            httpContext.Response.Headers.WWWAuthenticate = new(["acsjwt", "Bearer"]);
        return new JsonAnswer(Write) { Status = Status }.ExecuteAsync(httpContext);
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("message", Message);
        if (Detail is not null)
            writer.WriteString("details", Detail);
        if (Problems is not null)
            WriteProblems(writer, Problems);
        if (Deployments is not null)
        {
            writer.WriteStartArray("deployments");
            foreach (var id in Deployments)
            {
                writer.WriteStartObject();
                writer.WriteString("id", id);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void WriteProblems(Utf8JsonWriter writer, IReadOnlyList<JsonProblem> problems)
    {
        writer.WriteStartArray("details");
        foreach (var place in problems.GroupBy(p => p.Path))
        {
            writer.WriteStartObject();
            writer.WriteString("path", place.Key);
            writer.WriteStartArray("errors");
            foreach (var error in place.Select(p => p.Error).Distinct())
                writer.WriteStringValue(error);
            writer.WriteEndArray();
            if (place.FirstOrDefault(p => p.Expected is not null) is { Expected: { } expected })
                writer.WriteString("expected", expected);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
