using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Api.Http;
using Platform.Api.Logging;
using Platform.Api.Security;
using Platform.Core.Security;

namespace Platform.Api.Marathon.Server;

/// <summary><c>/logging</c>: what is logged, changed while it runs.</summary>
internal sealed class LoggingEndpoints(MarathonApi api, LogLevels? levels)
{
    private static readonly (string Name, LogLevel Level)[] Names =
        [("TRACE", LogLevel.Trace), ("DEBUG", LogLevel.Debug), ("INFO", LogLevel.Information), ("WARN", LogLevel.Warning), ("ERROR", LogLevel.Error), ("OFF", LogLevel.None)];

    /// <summary>What Marathon's own loggers were called, and scripts still call them, is all of ours.</summary>
    private const string MarathonLogger = "mesosphere.marathon";

    private const string OwnLogger = "Platform";

    public static void Map(ApiRouter routes, MarathonApi api, LogLevels? levels)
    {
        var logging = new LoggingEndpoints(api, levels);
        routes.Get("/logging", _ => Task.FromResult<IResult>(logging.List())).Needs(Right.On(AccessAction.Read, ResourceId.Administration("config")));
        routes.Post("/logging", logging.ChangeAsync).Needs(Right.On(AccessAction.Update, ResourceId.Administration("config")));
    }

    private JsonAnswer List() => new(writer =>
    {
        writer.WriteStartObject();
        var current = levels?.Current ?? new Dictionary<string, LogLevel> { ["ROOT"] = LogLevel.Information };
        foreach (var (logger, level) in current)
            writer.WriteString(logger, NameOf(level));
        writer.WriteString(MarathonLogger, current.TryGetValue(OwnLogger, out var own) ? NameOf(own) : NameOf(current["ROOT"]) + " (inherited)");
        writer.WriteEndObject();
    });

    private static string NameOf(LogLevel level) => Array.Find(Names, n => n.Level == level).Name ?? "ERROR";

    private async Task<IResult> ChangeAsync(ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        if (JsonObjectReader.Open(body.RootElement, "", problems) is not { } change)
            return ErrorAnswer.Invalid(problems);
        var complete = change.Require("logger") & change.Require("level");
        var logger = change.Text("logger", 1);
        var level = change.Choice("level", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");
        var seconds = change.Integer("durationSeconds", 1);
        if (problems.Any || !complete)
            return ErrorAnswer.Invalid(problems);
        if (levels is null)
            return new ErrorAnswer(StatusCodes.Status503ServiceUnavailable, "The log levels of this server cannot be changed while it runs.");
        var category = logger == MarathonLogger ? OwnLogger : logger!;
        levels.Set(category, Array.Find(Names, n => n.Name == level).Level, seconds is { } s ? TimeSpan.FromSeconds(s) : null, api.Time);
        return new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("logger", logger);
            writer.WriteString("level", level);
            if (seconds is { } duration)
                writer.WriteNumber("durationSeconds", duration);
            writer.WriteEndObject();
        });
    }
}
