using System.Text.Json.Nodes;

namespace Platform.Dashboard.Live;

/// <summary>Parts of a definition that is edited by form. What a form does not show stays as it is.</summary>
internal static class DefinitionJson
{
    /// <summary>The list at a path; null: there is none. What stands there as a text alone is written as an object with it as its <c>uri</c>.</summary>
    internal static JsonArray? Rows(JsonObject owner, string path)
    {
        JsonNode? node = owner;
        foreach (var name in path.Split('.'))
            node = (node as JsonObject)?[name];
        if (node is not JsonArray rows || !rows.Any(row => row is JsonValue))
            return node as JsonArray;
        return new JsonArray([.. rows.Select(row => row is JsonValue ? new JsonObject { ["uri"] = row.DeepClone() } : row?.DeepClone())]);
    }

    /// <summary>Puts a list at a path; null takes it away, and what is empty without it.</summary>
    internal static void SetRows(JsonObject owner, string path, JsonArray? rows)
    {
        var names = path.Split('.');
        var at = new List<JsonObject> { owner };
        foreach (var name in names[..^1])
        {
            if (at[^1][name] is not JsonObject inner)
            {
                if (rows is null)
                    return;
                // A container of Marathon's is of Docker unless it says otherwise.
                at[^1][name] = inner = name == "container" ? new() { ["type"] = "MESOS" } : [];
            }
            at.Add(inner);
        }
        if (rows is not null)
        {
            at[^1][names[^1]] = rows;
            return;
        }
        at[^1].Remove(names[^1]);
        for (var i = at.Count - 1; i > 0 && at[i].Count == 0; i--)
            at[i - 1].Remove(names[i - 1]);
    }

    /// <summary>The members of an object that are texts.</summary>
    internal static Dictionary<string, string> Texts(JsonObject owner, string path) => Inside(owner, path)
        .Where(pair => pair.Value is JsonValue value && value.TryGetValue<string>(out _))
        .ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>(), StringComparer.Ordinal);

    /// <summary>Sets the members of an object that are texts; those that are none, such as references to secrets, stay.</summary>
    internal static void SetTexts(JsonObject owner, string path, IReadOnlyDictionary<string, string> map) =>
        Replace(owner, path, value => value is JsonValue, map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode)pair.Value)));

    /// <summary>Of the members of an object that are objects with this member, that member.</summary>
    internal static Dictionary<string, string> Members(JsonObject owner, string path, string member) => Inside(owner, path)
        .Where(pair => pair.Value is JsonObject inner && inner[member] is JsonValue)
        .ToDictionary(pair => pair.Key, pair => pair.Value![member]!.ToString(), StringComparer.Ordinal);

    /// <summary>Sets the members of an object that are objects with this member.</summary>
    internal static void SetMembers(JsonObject owner, string path, string member, IReadOnlyDictionary<string, string> map) =>
        Replace(owner, path, value => value is JsonObject inner && inner.ContainsKey(member), map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode)new JsonObject { [member] = pair.Value })));

    /// <summary>It has a persistent volume.</summary>
    internal static bool IsResident(JsonObject root) =>
        (Rows(root, "container.volumes") ?? Rows(root, "volumes") ?? []).Any(volume => (volume as JsonObject)?["persistent"] is JsonObject);

    /// <summary>What goes with the first persistent volume: an agent that is out of reach is waited for, and no instance starts beside the one that has the volume.</summary>
    internal static void SettleResident(JsonObject root)
    {
        var owner = root;
        var upgrade = "upgradeStrategy";
        if (root["containers"] is not null)
        {
            if (root["scheduling"] is not JsonObject scheduling)
                root["scheduling"] = scheduling = [];
            (owner, upgrade) = (scheduling, "upgrade");
        }
        owner["unreachableStrategy"] = "disabled";
        if (owner[upgrade] is not JsonObject strategy)
            owner[upgrade] = strategy = new() { ["minimumHealthCapacity"] = 0.5 };
        strategy["maximumOverCapacity"] = 0;
    }

    /// <summary>Writes what has to go with what was written: the kind of an image and of a container, and of how many instances are asked for.</summary>
    internal static void Settle(JsonObject root)
    {
        if (root["containers"] is JsonArray containers)
        {
            foreach (var container in containers.OfType<JsonObject>())
                SettleImage(container);
            if (root["scaling"] is JsonObject scaling && scaling["kind"] is null)
                scaling["kind"] = "fixed";
            return;
        }
        if (root["container"] is not JsonObject own)
            return;
        if (own["docker"] is JsonObject { Count: > 0 })
            own["type"] ??= "DOCKER";
        else if (own["type"]?.ToString() != "MESOS")
            own["type"] = "MESOS";
        // A container of nothing but its type says nothing.
        if (own is { Count: 1 })
            root.Remove("container");
    }

    private static void SettleImage(JsonObject container)
    {
        if (container["image"] is not JsonObject image)
            return;
        if (image["id"] is null)
            container.Remove("image");
        else
            image["kind"] ??= "DOCKER";
    }

    private static JsonObject Inside(JsonObject owner, string path)
    {
        JsonNode? node = owner;
        foreach (var name in path.Split('.'))
            node = (node as JsonObject)?[name];
        return node as JsonObject ?? [];
    }

    private static void Replace(JsonObject owner, string path, Func<JsonNode?, bool> isReplaced, IEnumerable<KeyValuePair<string, JsonNode>> members)
    {
        var changed = new JsonObject(Inside(owner, path).Where(pair => !isReplaced(pair.Value)).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        foreach (var (name, value) in members)
            changed[name] = value;
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            if (owner[name] is not JsonObject inner)
                owner[name] = inner = [];
            owner = inner;
        }
        if (changed.Count > 0)
            owner[names[^1]] = changed;
        else
            owner.Remove(names[^1]);
    }
}
