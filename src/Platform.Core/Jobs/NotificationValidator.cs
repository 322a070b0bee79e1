namespace Platform.Core.Jobs;

/// <summary>Finds everything that is wrong with who is told what.</summary>
public static class NotificationValidator
{
    private static readonly string[] Reserved = ["Content-Type", "Content-Length", "Host", "Connection", "Transfer-Encoding"];

    /// <summary>Gives every problem to <paramref name="refuse"/>: whether it is one, its path, and how to mend it.</summary>
    public static void Validate(JobSpec spec, Action<bool, string, string> refuse)
    {
        var hasLateness = false;
        for (var i = 0; i < spec.Notifications.Count; i++)
        {
            var (to, path) = (spec.Notifications[i], $"notifications[{i}]");
            hasLateness |= to.On.Contains(NotificationEvent.Lateness);
            refuse(to.On.IsEmpty, $"{path}.on", "is empty; name failure, success, lateness or recovery");
            refuse(to.On.Distinct().Count() != to.On.Count, $"{path}.on", "names one thing twice; name it once");
            refuse(to.Webhook is null && to.Email.IsEmpty, path, "has no receiver; give a webhook or email");
            refuse(to.Webhook is not null && !to.Email.IsEmpty, path, "has two kinds of receivers; make two notifications of it");
            refuse(to.Webhook is { } url && !IsWebAddress(url), $"{path}.webhook", $"'{to.Webhook}' is no http or https address");
            refuse(to.Webhook is null && !to.Headers.IsEmpty, $"{path}.headers", "are only for a webhook; leave them out");
            foreach (var (name, value) in to.Headers)
            {
                refuse(!IsToken(name) || Reserved.Contains(name, StringComparer.OrdinalIgnoreCase), $"{path}.headers", $"'{name}' is no header that can be set");
                refuse(value.Any(char.IsControl), $"{path}.headers.{name}", "must be one line of text");
            }
            for (var j = 0; j < to.Email.Count; j++)
                refuse(!IsMailAddress(to.Email[j]), $"{path}.email[{j}]", $"'{to.Email[j]}' is no address; write one such as ops@example.org");
        }
        refuse(spec.LateAfterSeconds is < 1 or > 31_622_400, "lateAfterSeconds", "must be 1 to 31622400");
        refuse(spec.Schedule is null && (spec.LateAfterSeconds is not null || hasLateness), hasLateness ? "notifications" : "lateAfterSeconds", "only a job with a schedule can be late; give it one or leave this out");
    }

    /// <summary>Whether a text can be an address of mail.</summary>
    public static bool IsMailAddress(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && at < text.Length - 1 && text.Length <= 254
            && text.All(c => c is > ' ' and not '\u007f' and not (',' or ';' or '<' or '>' or '"' or '(' or ')' or '[' or ']' or ':' or '\\'))
            && text.IndexOf('@', StringComparison.Ordinal) == at && !text.EndsWith('.') && text[at + 1] is not ('.' or '-');
    }

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0;

    private static bool IsToken(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
