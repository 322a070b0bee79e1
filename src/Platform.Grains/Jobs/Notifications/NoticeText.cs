using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.Core.Jobs;
using Platform.Grains.Events;

namespace Platform.Grains.Jobs;

/// <summary>Notices as JSON and as text.</summary>
internal static class NoticeText
{
    /// <summary>The body of a webhook. Its <c>text</c> is what chats show that take such posts.</summary>
    internal static HttpContent Json(JobNotice notice)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("text"u8, Line(notice));
            json.WriteString("id"u8, notice.Id);
            json.WriteString("event"u8, notice.Event.ToString().ToLowerInvariant());
            json.WriteString("jobId"u8, notice.JobId);
            json.WriteString("at"u8, PlatformEvents.Text(notice.At));
            json.WriteNumber("failuresInRow"u8, notice.FailuresInRow);
            if (notice.Message is { } message)
                json.WriteString("message"u8, message);
            if (notice.Run is { } run)
                Write(json, run);
            if (notice.Task?.LastStatus is { } last)
            {
                json.WriteStartObject("task"u8);
                json.WriteString("id"u8, notice.Task.TaskId);
                json.WriteString("host"u8, notice.Task.Host);
                if (last.ExitStatus is { } status)
                    json.WriteNumber("exitStatus"u8, status);
                if (last.Signal is { } signal)
                    json.WriteNumber("signal"u8, signal);
                json.WriteString("lastLines"u8, last.StderrTail);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        var content = new ByteArrayContent(buffer.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>One line.</summary>
    internal static string Line(JobNotice notice) => notice.Message is { Length: > 0 } message ? $"{notice.Title}: {message}" : notice.Title;

    /// <summary>The text of a mail.</summary>
    internal static string Mail(JobNotice notice)
    {
        var text = new StringBuilder();
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                text.Append(name).Append(": ").Append(value).Append('\n');
        }
        text.Append(Line(notice)).Append("\n\n");
        Add("Job", notice.JobId);
        Add("Run", notice.Run?.RunId);
        Add("Due", Text(notice.Run?.Nominal));
        Add("Started", Text(notice.Run?.StartedAt));
        Add("Ended", Text(notice.Run?.EndedAt));
        Add("Host", notice.Task?.Host);
        Add("Exit status", notice.Task?.LastStatus?.ExitStatus?.ToString(CultureInfo.InvariantCulture));
        Add("Failures in a row", notice.FailuresInRow > 0 ? notice.FailuresInRow.ToString(CultureInfo.InvariantCulture) : null);
        if (notice.Task?.LastStatus?.StderrTail is { Length: > 0 } lines)
            text.Append("\nLast lines of standard error:\n\n").Append(lines).Append('\n');
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter json, RunState run)
    {
        json.WriteString("runId"u8, run.RunId);
        json.WriteString("phase"u8, run.Phase.ToString().ToLowerInvariant());
        json.WriteString("trigger"u8, run.Trigger.ToString().ToLowerInvariant());
        if (run.Nominal is { } due)
            json.WriteString("dueAt"u8, PlatformEvents.Text(due));
        if (run.StartedAt is { } started)
            json.WriteString("startedAt"u8, PlatformEvents.Text(started));
        if (run.EndedAt is { } ended)
            json.WriteString("endedAt"u8, PlatformEvents.Text(ended));
    }

    private static string? Text(DateTimeOffset? instant) => instant is { } at ? PlatformEvents.Text(at) : null;
}
