using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Console;

namespace Platform.Host.Logging;

/// <summary><c>--log-level</c> and <c>--log-format</c> of the servers. Logs go to standard error, one line per entry.</summary>
internal sealed class LogSettings
{
    private readonly Option<LogLevel> level = new("--log-level")
    {
        Description = "trace, debug, information, warning, error, critical or none. Default: information.",
        HelpName = "LEVEL",
        DefaultValueFactory = _ => LogLevel.Information,
    };

    private readonly Option<string> format = new("--log-format")
    {
        Description = "text or json, one line per entry either way. Default: text.",
        DefaultValueFactory = _ => "text",
    };

    internal LogSettings()
    {
        format.AcceptOnlyFromAmong("text", "json");
    }

    internal void AddTo(Command command)
    {
        command.Add(level);
        command.Add(format);
    }

    internal Action<ILoggingBuilder> Of(ParseResult result)
    {
        var (least, json) = (result.GetValue(level), result.GetValue(format) == "json");
        return logging =>
        {
            logging.ClearProviders();
            logging.SetMinimumLevel(least);
            // What the web server says of each request, and a silo of each of its parts, is of use only to those who ask for it.
            logging.AddFilter("Microsoft", least < LogLevel.Information ? least : LogLevel.Warning);
            logging.AddFilter("Orleans", least < LogLevel.Information ? least : LogLevel.Warning);
            // Advice on the collector, and on a machine that is busy: nobody can do anything about it.
            foreach (var advice in (string[])["Orleans.Runtime.Silo", "Orleans.Runtime.Watchdog", "Orleans.Runtime.Scheduler", "Microsoft.AspNetCore.StaticFiles"])
                logging.AddFilter(advice, least < LogLevel.Information ? least : LogLevel.Error);
            logging.AddFilter("System", least < LogLevel.Information ? least : LogLevel.Warning);
            logging.AddFilter("Polly", least < LogLevel.Information ? least : LogLevel.Warning);
            // A failed start is told in one sentence at the end, not as a stack trace.
            if (least >= LogLevel.Information)
                logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
            logging.Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
            if (json)
                logging.AddJsonConsole(options =>
                {
                    options.UseUtcTimestamp = true;
                    options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                    options.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
                });
            else
                logging.AddConsole(options => options.FormatterName = TextLogFormatter.FormatterName).AddConsoleFormatter<TextLogFormatter, ConsoleFormatterOptions>();
        };
    }
}
