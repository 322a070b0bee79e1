using Platform.Core.Apps;

namespace Platform.Api.Marathon.Pods;

/// <summary>What follows <c>/v2/pods/</c> in an address: an id, and after two colons the part of the pod that is meant.</summary>
/// <param name="Id">The absolute path of the pod; the root if there is none.</param>
/// <param name="Part">Such as <c>status</c>; null: the pod itself.</param>
/// <param name="Item">One item of the part, such as a version; null: all of it.</param>
internal sealed record PodAddress(string Id, string? Part, string? Item)
{
    private static readonly string[] Parts = ["status", "versions", "instances", "pending", "failures", "restart", "promote"];

    /// <param name="path">The segments that follow, joined by slashes.</param>
    public static PodAddress Parse(string path)
    {
        var mark = path.IndexOf("::", StringComparison.Ordinal);
        if (mark < 0)
            return new(Canonical(path), null, null);
        var rest = path[(mark + 2)..].Split('/', 2);
        // What is no part of a pod is read as an id, which it then is not.
        return Array.IndexOf(Parts, rest[0]) < 0
            ? new(Canonical(path), null, null)
            : new(Canonical(path[..mark]), rest[0], rest.Length > 1 ? rest[1] : null);
    }

    private static string Canonical(string path) => AppPath.Canonical("/" + path);
}
