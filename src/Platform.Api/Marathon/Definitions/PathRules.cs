using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Marathon's rules for ids, with its messages.</summary>
internal static class PathRules
{
    public const string InvalidNames =
        @"must fully match regular expression '^(([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9\-]*[a-z0-9])|(\.|\.\.)$'";

    /// <summary>The longest path, characters. It is part of task ids, environment variables and file names.</summary>
    public const int Longest = 1_024;

    /// <summary>Checks the absolute path of an app.</summary>
    public static void CheckApp(string path, string at, JsonProblems problems)
    {
        if (path == AppPath.Root)
        {
            problems.Rule(at, "Path must contain at least one path element");
            return;
        }
        CheckNames(path, at, problems);
        if (AppPath.EndsWithReservedName(path))
            problems.Rule(at, "must not end with any of the following reserved keywords: restart, tasks, versions, ., ..");
    }

    /// <summary>Checks the absolute path of a group.</summary>
    public static void CheckNames(string path, string at, JsonProblems problems)
    {
        if (!AppPath.HasValidNames(path))
            problems.Rule(at, InvalidNames);
        if (path.Length > Longest)
            problems.Rule(at, $"must have at most {Longest} characters");
    }
}
