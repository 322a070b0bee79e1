using Platform.Core.Apps;

namespace Platform.Core.Security;

/// <summary>
/// What rights are about, as DC/OS names it: names between colons, of which the last may be a path, such as
/// <c>dcos:service:marathon:marathon:services:/shop/api</c>.
/// </summary>
public static class ResourceId
{
    /// <summary>Everything.</summary>
    public const string Superuser = "dcos:superuser";

    /// <summary>Users, groups, permissions.</summary>
    public const string Identities = "dcos:adminrouter:acs";

    /// <summary>The log of who did what.</summary>
    public const string Audit = "platform:audit";

    /// <summary>Containers that agents run without a task.</summary>
    public const string StandaloneContainers = "dcos:mesos:agent:standalone_container";

    /// <summary>The registration of agents.</summary>
    public const string AgentSession = "dcos:mesos:master:agent";

    private const string Services = "dcos:service:marathon:marathon:services:";
    private const string Jobs = "dcos:service:metronome:metronome:jobs:";
    private const int LongestId = 1024;

    /// <summary>An app, a pod or a group, by its absolute path.</summary>
    public static string Service(string path) => Services + path;

    /// <summary><c>config</c>, <c>events</c> or <c>leader</c> of the control plane.</summary>
    public static string Administration(string what) => "dcos:service:marathon:marathon:admin:" + what;

    /// <summary>The limits of a group, by its absolute path; those of the root are above all others.</summary>
    public static string Limits(string group) => Administration("limits") + ":" + group;

    /// <summary>A job, by its id; the dots in it are groups.</summary>
    public static string Job(string id) => Jobs + id;

    /// <summary>All jobs.</summary>
    public static string AllJobs => Jobs.TrimEnd(':');

    /// <summary>A secret; to read it is to use it in a task, since its value is shown to nobody.</summary>
    public static string Secret(string path) => "dcos:secrets:default:/" + path.TrimStart('/');

    /// <summary>The names of the secrets below a path.</summary>
    public static string SecretList(string path) => "dcos:secrets:list:default:/" + path.Trim('/');

    /// <summary>A part of the cluster that operators look after: <c>mesos</c>, <c>slave</c>, <c>mesos-dns</c>, <c>networking</c>, <c>metadata</c>, <c>system-health</c>, <c>system-metrics</c>, <c>ca:ro</c>, <c>ca:rw</c>.</summary>
    public static string Operations(string part) => "dcos:adminrouter:ops:" + part;

    /// <summary>The files and the output of the tasks of an app, by its path.</summary>
    public static string Sandbox(string path) => "dcos:mesos:agent:sandbox:app_id:" + path;

    /// <summary>Commands inside of the tasks of an app, by its path.</summary>
    public static string Container(string path) => "dcos:mesos:agent:container:app_id:" + path;

    /// <summary>Something of the allocator that belongs to a role: <c>framework</c>, <c>reservation</c>, <c>volume</c>, <c>quota</c>, <c>weight</c>.</summary>
    public static string OfRole(string what, string role) => $"dcos:mesos:master:{what}:role:{role}";

    /// <summary>What the permission's resource lacks to be one; null: nothing.</summary>
    public static string? Validate(string resource)
    {
        if (resource.Length is 0 or > LongestId)
            return $"a resource has 1 to {LongestId} characters";
        if (resource.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            return $"'{resource}' has white space; resources look like dcos:service:marathon:marathon:services:/group";
        if (resource.Split(':') is not [{ Length: > 0 }, { Length: > 0 }, ..])
            return $"'{resource}' is no resource; they look like dcos:service:marathon:marathon:services:/group";
        if (!IsPlain(resource))
            return $"'{resource}' has a path with empty names, '.' or '..'";
        return resource.StartsWith(NamedRoles.Prefix, StringComparison.Ordinal) ? NamedRoles.Validate(resource) : null;
    }

    /// <summary>Whether a permission for the first resource is one for the second: they are the same, or the second is below the first.</summary>
    /// <remarks>Below is what follows after a colon, after a slash and, in ids of jobs, after a dot.</remarks>
    public static bool Covers(string granted, string wanted)
    {
        if (!granted.Contains(':', StringComparison.Ordinal) || !IsPlain(wanted) || !wanted.StartsWith(granted, StringComparison.Ordinal))
            return false;
        if (wanted.Length == granted.Length || granted[^1] is ':' || (granted[^1] == '/' && granted[^2] == ':'))
            return true;
        return wanted[granted.Length] switch
        {
            ':' => true,
            '/' => granted[^1] != '/',
            '.' => granted.Length > Jobs.Length && granted.StartsWith(Jobs, StringComparison.Ordinal),
            _ => false,
        };
    }

    /// <summary>The prefix of job ids that belongs to a group; null for the root, to which all jobs belong.</summary>
    internal static string? JobPrefix(string group) => group == AppPath.Root ? null : group[1..].Replace('/', '.');

    // A path that was not made canonical decides nothing: '/shop/../bank' is not below '/shop'.
    private static bool IsPlain(string resource)
    {
        var absolute = resource.IndexOf(":/", StringComparison.Ordinal);
        var path = resource.AsSpan((absolute < 0 ? resource.LastIndexOf(':') : absolute) + 1);
        if (!path.Contains('/'))
            return true;
        if (path is "/")
            return true;
        var first = true;
        foreach (var range in path.Split('/'))
        {
            var name = path[range];
            if (name is "." or ".." || (name.IsEmpty && !first))
                return false;
            first = false;
        }
        return true;
    }
}
