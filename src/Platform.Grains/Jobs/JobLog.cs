using Microsoft.Extensions.Logging;
using Platform.Core.Jobs;

namespace Platform.Grains.Jobs;

/// <summary>What happens with jobs, one line each.</summary>
internal sealed partial class JobLog(ILogger logger)
{
    /// <summary>Where to.</summary>
    public ILogger Logger => logger;

    public void Happened(string jobId, RunHappening happening) => LogHappening(jobId, happening.Run?.RunId, happening.Type, happening.Message);

    public void Told(string jobId, JobNotice notice, string? refused)
    {
        if (refused is null)
            LogTold(jobId, notice.Event, notice.Id);
        else
            LogNotTold(notice.Attempts == 0 ? LogLevel.Warning : LogLevel.Debug, jobId, notice.Event, notice.Id, refused);
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId}: {Event} was told, notice {Notice}")]
    private partial void LogTold(string jobId, NotificationEvent @event, string notice);

    [LoggerMessage(Message = "Job {JobId}: {Event} could not be told, notice {Notice}: {Reason}; it is told again")]
    private partial void LogNotTold(LogLevel level, string jobId, NotificationEvent @event, string notice, string reason);

    [LoggerMessage(LogLevel.Information, "Job {JobId}: run {RunId}: {Happening} {Message}")]
    private partial void LogHappening(string jobId, string? runId, string happening, string? message);
}
