using Platform.Core.Apps;

namespace Platform.Core.Security;

/// <summary>
/// Names of tasks in tokens and rights: <c>app:/shop/web/UUID</c> an instance of an app, <c>app:/shop/pod/UUID/nginx</c> a container of a pod,
/// <c>job:shop.nightly/RUN.INDEX.ATTEMPT</c> a task of a job, <c>framework:ID/TASK</c> a task or an executor of a framework. A right may be given to one of them, to an app,
/// a job or a framework, or to a group of apps or jobs.
/// </summary>
public static class WorkloadSubject
{
    private const string OfApps = "app:";
    private const string OfJobs = "job:";
    private const string OfFrameworks = "framework:";
    private const string InstanceMark = ".instance-";
    private const string OnlyContainer = "_app";
    private const int Longest = 512;

    /// <summary>Whether rights for this name are those of tasks; accounts have no colon in theirs.</summary>
    public static bool IsOne(string subject) =>
        subject.StartsWith(OfApps, StringComparison.Ordinal) || subject.StartsWith(OfJobs, StringComparison.Ordinal) || subject.StartsWith(OfFrameworks, StringComparison.Ordinal);

    /// <summary>The name of a task.</summary>
    public static string Of(string owner, string taskId)
    {
        var mark = taskId.IndexOf(InstanceMark, StringComparison.Ordinal);
        if (owner.StartsWith(OfApps, StringComparison.Ordinal) && mark > 0 && taskId[(mark + InstanceMark.Length)..].Split('.') is [var instance, var container, ..])
            return container == OnlyContainer ? $"{owner}/{instance}" : $"{owner}/{instance}/{container}";
        if (owner.StartsWith(OfJobs, StringComparison.Ordinal) && taskId.StartsWith(owner[OfJobs.Length..] + "_", StringComparison.Ordinal))
            return $"{owner}/{taskId[(owner.Length - OfJobs.Length + 1)..]}";
        return $"{owner}/{taskId}";
    }

    /// <summary>All names whose rights a task has: its own, and those of what it belongs to, up to the root group of apps.</summary>
    public static IEnumerable<string> Covering(string subject)
    {
        yield return subject;
        if (subject.StartsWith(OfFrameworks, StringComparison.Ordinal))
        {
            // Neither ids of frameworks nor those of tasks have slashes.
            if (subject.IndexOf('/') is > 0 and var end)
                yield return subject[..end];
            yield break;
        }
        var isJob = subject.StartsWith(OfJobs, StringComparison.Ordinal);
        var first = isJob ? OfJobs.Length : OfApps.Length + 1;
        for (var last = LastBreak(subject, subject.Length, isJob); last > first; last = LastBreak(subject, last, isJob))
            yield return subject[..last];
        if (!isJob && subject.Length > first)
            yield return OfApps + AppPath.Root;
    }

    /// <summary>What a name lacks to be one that rights can be given to; null: nothing.</summary>
    public static string? Problem(string subject)
    {
        if (subject.Length > Longest)
            return $"a subject has at most {Longest} characters";
        if (subject.StartsWith(OfApps, StringComparison.Ordinal))
        {
            var path = subject[OfApps.Length..];
            return path.StartsWith('/') && AppPath.Canonical(path) == path && AppPath.HasValidNames(path)
                ? null
                : $"'{Printable(subject)}' is no subject; those of apps look like app:/shop, app:/shop/web and app:/shop/web/INSTANCE";
        }
        if (subject.StartsWith(OfFrameworks, StringComparison.Ordinal))
        {
            return subject[OfFrameworks.Length..].Split('/') is { Length: <= 2 } names && names.All(name => name.Length > 0 && !name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
                ? null
                : $"'{Printable(subject)}' is no subject; those of frameworks look like framework:ID and framework:ID/TASK";
        }
        var parts = subject[OfJobs.Length..].Split('/');
        return parts.Length <= 2 && parts[0].Length > 0 && parts.All(part => part.Length > 0 && part[0] != '.' && part[^1] != '.' && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            ? null
            : $"'{Printable(subject)}' is no subject; those of jobs look like job:shop, job:shop.nightly and job:shop.nightly/RUN.0.1";
    }

    // What is below an id of a job follows after a dot; in the name of a task of it dots mean nothing.
    private static int LastBreak(string subject, int before, bool isJob)
    {
        var slash = subject.LastIndexOf('/', before - 1);
        return slash >= 0 || !isJob ? slash : subject.LastIndexOf('.', before - 1);
    }

    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) ? '?' : c)]);
}
