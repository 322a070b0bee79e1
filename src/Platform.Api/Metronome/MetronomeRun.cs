using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Api.Jobs;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Api.Metronome;

/// <summary>Reads <c>run</c> of Metronome's jobs. The rules and their words are those of its <c>JobRunSpec</c> and of its schema.</summary>
internal static class MetronomeRun
{
    internal static JobTaskSpec Read(JsonFields run)
    {
        var (cmd, args, user) = (run.Text("cmd"), run.Texts("args"), run.Text("user"));
        var image = ReadImage(run);
        // What is refused here is not to be refused again by our own rules, in other words.
        if (string.IsNullOrEmpty(cmd) && args is null or { IsEmpty: true } && image is null)
        {
            run.Refuse("", "Cmd, Docker or UCR image must be specified");
            cmd = "true";
        }
        if (cmd is not null && args is { IsEmpty: false })
            run.Refuse("args", "cmd and args exclude each other; give one of them");
        var (volumes, files) = ReadVolumes(run);
        var secrets = run.Object("secrets") is { } sources
            ? sources.Json.Select(secret => KeyValuePair.Create(secret.Key, sources.Object(secret.Key)?.RequiredText("source") ?? "")).ToValueMap()
            : default;
        var env = ReadEnv(run);
        CheckSecrets(run, env, files, secrets);
        env = env.Where(variable => variable.Value.Secret is not { } name || secrets.ContainsKey(name)).ToValueMap();
        files = files.Where(file => secrets.ContainsKey(file.Value)).ToValueMap();
        var gpus = run.Integer("gpus") ?? 0;
        if (gpus < 0)
            run.Refuse("gpus", "must be at least 0");
        if (gpus > 0 && run.Has("docker"))
            run.Refuse("gpus", "GPUs are not supported with Docker");
        return new()
        {
            Command = args is { IsEmpty: false } ? new() { Argv = args.Value, User = user } : new() { Shell = string.IsNullOrEmpty(cmd) ? null : cmd, User = user },
            Cpus = Least(run, "cpus", 0.01) ?? 1,
            Mem = Least(run, "mem", 32) ?? 128,
            Disk = Least(run, "disk", 0) ?? 0,
            Gpus = Math.Max(0, gpus),
            Env = env,
            Secrets = secrets,
            Fetch = run.Objects("artifacts").Select(artifact => new FetchSpec
            {
                Uri = artifact.RequiredText("uri"),
                Extract = artifact.Flag("extract") ?? true,
                Executable = artifact.Flag("executable") ?? false,
                Cache = artifact.Flag("cache") ?? false,
            }).ToValueList(),
            Constraints = run.Object("placement") is { } placement ? placement.Objects("constraints").Select(ReadConstraint).ToValueList() : default,
            Image = image,
            Volumes = volumes,
            SecretFiles = files,
            KillGraceSeconds = run.Number("taskKillGracePeriodSeconds") ?? 3,
        };
    }

    internal static RetrySpec ReadRestart(JsonFields run)
    {
        var restart = run.Object("restart");
        var restarts = restart?.Text("policy") switch
        {
            null or "NEVER" => false,
            "ON_FAILURE" => true,
            var other => Refused(restart, "policy", $"'{other}' is not a valid restart policy. Allowed values: NEVER, ON_FAILURE", false),
        };
        return new() { Limit = restarts ? null : 0, DeadlineSeconds = restart?.Number("activeDeadlineSeconds") };
    }

    /// <summary>What is kept for readers: as it was given, with the newer name of an operator.</summary>
    internal static string Kept(JsonObject run)
    {
        var kept = (JsonObject)run.DeepClone();
        foreach (var constraint in ((kept["placement"] as JsonObject)?["constraints"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (constraint["operator"] is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() == "EQ")
                constraint["operator"] = "IS";
        }
        return kept.ToJsonString();
    }

    internal static T Refused<T>(JsonFields fields, string name, string message, T otherwise)
    {
        fields.Refuse(name, message);
        return otherwise;
    }

    private static double? Least(JsonFields run, string name, double least)
    {
        var number = run.Number(name);
        if (number < least)
            run.Refuse(name, $"must be at least {TaskEnvironment.Decimal(least)}");
        return number;
    }

    private static ContainerImage? ReadImage(JsonFields run)
    {
        var (docker, ucr) = (run.Object("docker"), run.Object("ucr"));
        if (docker is not null && ucr is not null)
            run.Refuse("", "Either Docker or UCR should be provided, but not both");
        var networks = run.Objects("networks").Select(network => (Fields: network, Mode: network.RequiredText("mode"), Name: network.Text("name"))).ToList();
        CheckNetworks(run, networks, docker is not null, ucr is not null);
        ContainerImage image;
        if (docker is not null)
        {
            image = new()
            {
                Containerizer = Containerizers.Docker,
                Reference = docker.RequiredText("image"),
                ForcePull = docker.Flag("forcePullImage") ?? false,
                Privileged = docker.Flag("privileged") ?? false,
                Options = docker.Objects("parameters").Select(option => new ContainerOption(option.RequiredText("key"), option.RequiredText("value"))).ToValueList(),
            };
            docker.RefuseOthers();
        }
        else if (ucr?.Object("image") is { } of)
        {
            if (of.Text("kind") is { } kind and not "docker")
                of.Refuse("kind", $"'{kind}' cannot be run here; only docker can");
            image = new()
            {
                Containerizer = Containerizers.Docker,
                Reference = of.RequiredText("id"),
                ForcePull = of.Flag("forcePull") ?? false,
                Privileged = ucr.Flag("privileged") ?? false,
                StartsInSandbox = true,
            };
            of.RefuseOthers();
            ucr.RefuseOthers();
        }
        else
        {
            ucr?.Refuse("image", "is missing");
            return null;
        }
        return networks switch
        {
            [(_, "container/bridge", _), ..] => image with { Network = ContainerNetwork.Bridge },
            [(_, "container", var name), ..] => image with { Network = ContainerNetwork.Named, NetworkName = name },
            _ => image,
        };
    }

    private static void CheckNetworks(JsonFields run, List<(JsonFields Fields, string Mode, string? Name)> networks, bool isDocker, bool isUcr)
    {
        foreach (var (fields, mode, name) in networks)
        {
            _ = fields.TextMap("labels");
            if (mode is not ("" or "host" or "container/bridge" or "container"))
                fields.Refuse("mode", $"{mode} is not a valid network mode; expected one of host,container/bridge,container");
            if (mode == "container" && string.IsNullOrEmpty(name))
                fields.Refuse("name", "must not be empty for container networks");
            if (mode is "host" or "container/bridge" && name is not null)
                fields.Refuse("name", $"must be empty for {(mode == "host" ? "host network" : "container/bridge networks")}");
            fields.RefuseOthers();
        }
        var modes = networks.Select(network => network.Mode).Distinct().ToList();
        void Refuse(bool wrong, string message)
        {
            if (wrong)
                run.Refuse("networks", message);
        }
        Refuse(modes.Count > 1, "You may not mix host, container, or container/bridge networking. Only define one kind of network.");
        Refuse(!isDocker && !isUcr && modes.Any(mode => mode != "host"), "Only containers may join container or bridge networks");
        Refuse(isDocker && modes is ["container"] && networks.Count > 1, "Docker does not allow specification of multiple networks");
        Refuse(modes.Any(mode => mode != "container") && networks.Count > 1, "Only one host or container/bridge network modes are allowed");
        Refuse(networks.Where(network => network.Name is not null).GroupBy(network => network.Name).Any(group => group.Count() > 1), "network names must be unique");
    }

    private static (ValueList<VolumeSpec> Volumes, ValueMap<string> Files) ReadVolumes(JsonFields run)
    {
        var (volumes, files) = (new List<VolumeSpec>(), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var volume in run.Objects("volumes"))
        {
            var path = volume.RequiredText("containerPath");
            var (host, mode, secret) = (volume.Text("hostPath"), volume.Text("mode"), volume.Text("secret"));
            if (host is null == secret is null || host is null != mode is null)
                volume.Refuse("", $"expected HostVolume or SecretVolume object but got {volume.Json.ToJsonString()}");
            else if (secret is not null)
                files[path] = secret;
            else
                volumes.Add(new() { ContainerPath = path, HostPath = host, ReadOnly = mode == "RO" });
            if (mode is not (null or "RO" or "RW"))
                volume.Refuse("mode", $"'{mode}' is not a valid mode. Allowed values: RO, RW");
            volume.RefuseOthers();
        }
        if (files.Count > 0 && run.Has("docker"))
            run.Refuse("volumes", "File based secrets are only supported by UCR");
        return (volumes.ToValueList(), files.ToValueMap());
    }

    private static void CheckSecrets(JsonFields run, ValueMap<EnvValue> env, ValueMap<string> files, ValueMap<string> secrets)
    {
        var used = env.Values.Select(value => value.Secret).OfType<string>().Concat(files.Values).Distinct(StringComparer.Ordinal).ToList();
        var undefined = used.Where(name => !secrets.ContainsKey(name)).ToList();
        var unused = secrets.Keys.Except(used, StringComparer.Ordinal).ToList();
        var text = (undefined.Count > 0 ? $"The following secrets are referenced, but undefined: {string.Join(", ", undefined)}. Please add them to the secrets field." : "")
            + (unused.Count > 0 ? $"The following secrets are defined, but not referenced: {string.Join(", ", unused)}. Please remove them from the secrets field." : "");
        if (text.Length > 0)
            run.Refuse("", text);
    }

    private static ConstraintSpec ReadConstraint(JsonFields constraint)
    {
        var attribute = constraint.RequiredText("attribute");
        var value = constraint.Text("value");
        var name = constraint.RequiredText("operator");
        constraint.RefuseOthers();
        return name switch
        {
            // EQ is the older name of IS.
            "EQ" or "IS" => new(attribute, "IS", value),
            "LIKE" or "UNLIKE" => new(attribute, name, value),
            _ => Refused<ConstraintSpec>(constraint, "operator", $"'{name}' is not a valid operator. Allowed values: IS, EQ, LIKE, UNLIKE", new(attribute, "LIKE", ".*")),
        };
    }

    private static ValueMap<EnvValue> ReadEnv(JsonFields run)
    {
        if (run.Object("env") is not { } env)
            return default;
        var variables = new List<KeyValuePair<string, EnvValue>>();
        foreach (var (name, value) in env.Json)
        {
            if (value is JsonObject)
                variables.Add(new(name, new() { Secret = env.Object(name)?.RequiredText("secret") }));
            else if (value is JsonValue)
                variables.Add(new(name, new() { Text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString() }));
        }
        return variables.ToValueMap();
    }
}
