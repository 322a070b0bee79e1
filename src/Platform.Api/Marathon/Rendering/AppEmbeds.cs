namespace Platform.Api.Marathon.Rendering;

/// <summary>Reads the query parameter <c>embed</c>; names that are not known are passed over.</summary>
internal static class AppEmbeds
{
    private static readonly string[] Prefixes = ["group.apps.", "apps.", "app."];

    public static AppEmbed Parse(IEnumerable<string> names)
    {
        var embed = AppEmbed.None;
        foreach (var name in names)
            embed |= Parse(name);
        return embed;
    }

    /// <summary>For groups: only names that begin with <c>group.apps.</c> are about apps.</summary>
    public static AppEmbed ParseForGroup(IEnumerable<string> names) =>
        Parse(names.Where(name => name.StartsWith(Prefixes[0], StringComparison.Ordinal)));

    private static AppEmbed Parse(string name)
    {
        var prefix = Array.Find(Prefixes, p => name.StartsWith(p, StringComparison.Ordinal)) ?? "";
        return name[prefix.Length..] switch
        {
            "tasks" => AppEmbed.Tasks | AppEmbed.Deployments,
            "failures" => AppEmbed.Tasks | AppEmbed.LastTaskFailure | AppEmbed.Deployments,
            "deployments" => AppEmbed.Deployments,
            "readiness" => AppEmbed.Readiness,
            "lastTaskFailure" => AppEmbed.LastTaskFailure,
            "counts" => AppEmbed.Counts,
            "taskStats" => AppEmbed.TaskStats,
            _ => AppEmbed.None,
        };
    }
}
