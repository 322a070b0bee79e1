using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Core.Groups;

/// <summary>The tree as it was, with the definitions that are still at hand.</summary>
public sealed record TreeHistory(GroupTree Tree, IReadOnlyDictionary<string, AppVersion> Definitions)
{
    /// <summary>Undoes the changes since a version, newest first; null if the version is not kept.</summary>
    public static TreeHistory? At(GroupLedger ledger, string version)
    {
        var apps = ledger.Apps.ToDictionary(app => app.Key, app => app.Value.Version, StringComparer.Ordinal);
        var definitions = ledger.Apps.ToDictionary(StringComparer.Ordinal);
        var groups = ledger.Groups.ToDictionary(StringComparer.Ordinal);
        foreach (var (current, revision) in ledger.RevisionsBackwards)
        {
            if (current == version)
                return new(new() { Version = version, Groups = groups.ToValueMap(), Apps = apps.ToValueMap() }, definitions);
            foreach (var (appId, before) in revision.Apps)
            {
                if (before.Length == 0)
                    apps.Remove(appId);
                else
                    apps[appId] = before;
            }
            foreach (var (appId, definition) in revision.Removed)
                definitions[appId] = definition;
            foreach (var (path, before) in revision.Groups)
            {
                if (before is null)
                    groups.Remove(path);
                else
                    groups[path] = before;
            }
        }
        return null;
    }
}
