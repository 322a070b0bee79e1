using System.Text.Json;
using Platform.Api.Marathon.Pods;
using Platform.Core.Apps;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes a group with what is in it.</summary>
internal sealed class GroupWriter
{
    private readonly GroupTree _tree;
    private readonly GroupEmbed _embed;
    private readonly MarathonApi _api;
    private readonly ILookup<string, AppView> _appsByGroup;
    private readonly ILookup<string, PodView> _podsByGroup;
    private readonly ILookup<string, string> _groupsByParent;

    public GroupWriter(GroupTree tree, IReadOnlyList<AppView> apps, IReadOnlyList<PodView> pods, GroupEmbed embed, MarathonApi api)
    {
        _tree = tree;
        _embed = embed;
        _api = api;
        _appsByGroup = apps.ToLookup(app => AppPath.Parent(app.Definition.Spec.Id), StringComparer.Ordinal);
        _podsByGroup = pods.ToLookup(pod => AppPath.Parent(pod.Pod.Definition.Spec.Id), StringComparer.Ordinal);
        _groupsByParent = tree.Groups.Keys.Where(path => path != AppPath.Root).ToLookup(AppPath.Parent, StringComparer.Ordinal);
    }

    public void Write(Utf8JsonWriter writer, string path)
    {
        var group = _tree.Groups.Find(path) ?? new();
        writer.WriteStartObject();
        writer.WriteString("id", path);
        if (_embed.Apps)
        {
            writer.WriteStartArray("apps");
            foreach (var app in _appsByGroup[path])
                _api.AppInfo.Write(writer, app, _embed.App);
            writer.WriteEndArray();
        }
        if (_embed.Pods)
        {
            writer.WriteStartArray("pods");
            foreach (var pod in _podsByGroup[path])
                _api.PodStatus.Write(writer, pod);
            writer.WriteEndArray();
        }
        if (_embed.Groups)
        {
            writer.WriteStartArray("groups");
            foreach (var inner in _groupsByParent[path])
                Write(writer, inner);
            writer.WriteEndArray();
        }
        writer.WriteTexts("dependencies", group.Dependencies);
        if (group.Version.Length > 0)
            writer.WriteString("version", group.Version);
        if (path != AppPath.Root && AppPath.Parent(path) == AppPath.Root)
            writer.WriteBoolean("enforceRole", group.EnforceRole);
        writer.WriteEndObject();
    }
}
