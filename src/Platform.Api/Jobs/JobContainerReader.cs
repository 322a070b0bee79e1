using System.Text.Json.Nodes;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Api.Jobs;

/// <summary>Reads what a job's task finds in its container and its sandbox, in the form of our own API.</summary>
internal static class JobContainerReader
{
    /// <summary>The name under which a definition holds the secret of a file.</summary>
    internal static string NameOf(string file) => "file:" + file;

    /// <summary>What is fetched: a text is the address, an object says more.</summary>
    internal static ValueList<FetchSpec> ReadFetch(JsonFields task)
    {
        var all = new List<FetchSpec>();
        foreach (var (item, fields) in task.TextsOrObjects("fetch"))
        {
            if (fields is null)
            {
                all.Add(new() { Uri = item });
                continue;
            }
            all.Add(new()
            {
                Uri = fields.RequiredText("uri"),
                Extract = fields.Flag("extract") ?? true,
                Executable = fields.Flag("executable") ?? false,
                Cache = fields.Flag("cache") ?? false,
                DestPath = fields.Text("path"),
            });
            fields.RefuseOthers();
        }
        return all.ToValueList();
    }

    /// <summary>The image and how it is run; null: there is none.</summary>
    internal static ContainerImage? ReadImage(JsonFields task)
    {
        var (reference, container) = (task.Text("image"), task.Object("container"));
        if (reference is null)
        {
            if (container is not null)
                task.Refuse("container", "says how an image is run; name one in image");
            return null;
        }
        var image = new ContainerImage { Containerizer = Containerizers.Docker, Reference = reference };
        if (container is null)
            return image;
        var network = container.Text("network");
        image = image with
        {
            ForcePull = container.Flag("forcePull") ?? false,
            Privileged = container.Flag("privileged") ?? false,
            StartsInSandbox = container.Flag("startsInSandbox") ?? false,
            Options = container.Objects("options").Select(option => new ContainerOption(option.RequiredText("name"), option.Text("value") ?? "")).ToValueList(),
            Network = network switch { null or "host" => ContainerNetwork.Host, "bridge" => ContainerNetwork.Bridge, _ => ContainerNetwork.Named },
            NetworkName = network is null or "host" or "bridge" ? null : network,
        };
        container.RefuseOthers();
        return image;
    }

    /// <summary>Volumes, and the paths of secrets by the files in which the task finds them.</summary>
    internal static (ValueList<VolumeSpec> Volumes, ValueMap<string> Files) ReadVolumes(JsonFields task)
    {
        var (volumes, files) = (new List<VolumeSpec>(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var volume in task.Objects("volumes"))
        {
            var path = volume.RequiredText("path");
            var (host, secret, name) = (volume.Text("host"), volume.Text("secret"), volume.Text("name"));
            var (driver, options, isReadOnly) = (volume.Text("driver"), volume.TextMap("options"), volume.Flag("readOnly") ?? false);
            if (new[] { host, secret, name }.Count(source => source is not null) != 1)
                volume.Refuse("", "a volume is a folder of the agent (host), a secret (secret) or a volume of a driver (name and driver)");
            else if (name is not null && driver is null)
                volume.Refuse("driver", "is missing; name the driver of the volume");
            else if (secret is not null)
                files[path] = secret;
            else
                volumes.Add(new() { ContainerPath = path, HostPath = host, ReadOnly = isReadOnly, External = name is null ? null : new() { Name = name, Driver = driver!, Options = options } });
            volume.RefuseOthers();
        }
        return (volumes.ToValueList(), files.ToValueMap());
    }

    /// <summary>The same as it is written; null: nothing is to be said.</summary>
    internal static JsonObject? Container(ContainerImage image)
    {
        var node = new JsonObject();
        void Say(string name, bool isSaid, JsonNode? value)
        {
            if (isSaid)
                node[name] = value;
        }
        Say("forcePull", image.ForcePull, true);
        Say("privileged", image.Privileged, true);
        Say("startsInSandbox", image.StartsInSandbox, true);
        Say("options", !image.Options.IsEmpty, new JsonArray([.. image.Options.Select(option => (JsonNode)new JsonObject { ["name"] = option.Name, ["value"] = option.Value })]));
        Say("network", image.Network != ContainerNetwork.Host, image.Network == ContainerNetwork.Bridge ? "bridge" : image.NetworkName);
        return node.Count > 0 ? node : null;
    }

    /// <summary>What is fetched, as it is written.</summary>
    internal static JsonNode Fetch(FetchSpec fetch)
    {
        if (fetch == new FetchSpec { Uri = fetch.Uri })
            return fetch.Uri;
        var node = new JsonObject { ["uri"] = fetch.Uri, ["extract"] = fetch.Extract, ["executable"] = fetch.Executable, ["cache"] = fetch.Cache };
        if (fetch.DestPath is { } path)
            node["path"] = path;
        return node;
    }

    /// <summary>A volume, as it is written.</summary>
    internal static JsonNode Volume(VolumeSpec volume)
    {
        var node = new JsonObject { ["path"] = volume.ContainerPath };
        if (volume.HostPath is { } host)
            node["host"] = host;
        if (volume.External is { } external)
        {
            node["name"] = external.Name;
            node["driver"] = external.Driver;
            node["options"] = new JsonObject(external.Options.Select(option => KeyValuePair.Create(option.Key, (JsonNode?)option.Value)));
        }
        node["readOnly"] = volume.ReadOnly;
        return node;
    }
}
