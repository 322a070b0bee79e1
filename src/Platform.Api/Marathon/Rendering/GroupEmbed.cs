namespace Platform.Api.Marathon.Rendering;

/// <summary>What a group's answer has; without the parameter <c>embed</c> all of it.</summary>
/// <param name="Apps">Its apps.</param>
/// <param name="Groups">Its groups.</param>
/// <param name="Pods">Its pods.</param>
/// <param name="App">What each app has besides its definition.</param>
internal sealed record GroupEmbed(bool Apps, bool Groups, bool Pods, AppEmbed App)
{
    public static GroupEmbed From(HashSet<string> names) => names.Count == 0
        ? new(true, true, true, AppEmbed.None)
        : new(names.Contains("group.apps"), names.Contains("group.groups"), names.Contains("group.pods"), AppEmbeds.ParseForGroup(names));
}
