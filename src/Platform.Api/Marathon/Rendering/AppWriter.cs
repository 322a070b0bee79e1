using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes a definition with the members that Marathon 1.11 wrote, present and absent as there.</summary>
internal static class AppWriter
{
    /// <summary>The definition as an object of its own.</summary>
    public static void Write(Utf8JsonWriter writer, AppVersion app)
    {
        writer.WriteStartObject();
        WriteMembers(writer, app);
        writer.WriteEndObject();
    }

    /// <summary>The members of the definition and of its version.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, AppVersion app)
    {
        WriteMembers(writer, app.Spec);
        if (app.Version.Length == 0)
            return;
        writer.WriteString("version", app.Version);
        writer.WriteStartObject("versionInfo");
        writer.WriteString("lastScalingAt", app.LastScalingAt);
        writer.WriteString("lastConfigChangeAt", app.LastConfigChangeAt);
        writer.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter writer, AppSpec app)
    {
        writer.WriteString("id", app.Id);
        writer.WriteTexts("acceptedResourceRoles", app.AcceptedResourceRoles, omitEmpty: true);
        writer.WriteTexts("args", app.Args ?? default, omitEmpty: true);
        writer.WriteNumber("backoffFactor", app.BackoffFactor);
        writer.WriteNumber("backoffSeconds", app.BackoffSeconds);
        writer.WriteOptional("cmd", app.Cmd);
        if (!app.Constraints.IsEmpty)
        {
            writer.WriteStartArray("constraints");
            foreach (var constraint in app.Constraints)
                WriteConstraint(writer, constraint);
            writer.WriteEndArray();
        }
        if (app.Container is not null)
            ContainerWriter.Write(writer, app.Container, app.Networks);
        writer.WriteNumber("cpus", app.Cpus);
        writer.WriteTexts("dependencies", app.Dependencies, omitEmpty: true);
        writer.WriteNumber("disk", app.Disk);
        WriteVariables(writer, "env", app.Env);
        writer.WriteString("executor", app.Executor);
        WriteExecutor(writer, app);
        WriteFetch(writer, "fetch", app.Fetch);
        CheckWriter.Write(writer, app);
        writer.WriteNumber("instances", app.Instances);
        writer.WriteMap("labels", app.Labels);
        writer.WriteNumber("maxLaunchDelaySeconds", app.MaxLaunchDelaySeconds);
        writer.WriteNumber("mem", app.Mem);
        writer.WriteNumber("gpus", app.Gpus);
        NetworkWriter.Write(writer, app);
        WriteLimits(writer, app.ResourceLimits);
        WriteSecrets(writer, app);
        if (app.TaskKillGracePeriodSeconds is { } grace)
            writer.WriteNumber("taskKillGracePeriodSeconds", grace);
        WriteStrategies(writer, app);
        writer.WriteOptional("user", app.User);
        if (app.Tty is { } tty)
            writer.WriteBoolean("tty", tty);
        writer.WriteString("role", app.Role);
        if (app.Extension is not null)
            ExtensionWriter.Write(writer, app.Extension);
    }

    public static void WriteConstraint(Utf8JsonWriter writer, ConstraintSpec constraint)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(constraint.Field);
        writer.WriteStringValue(constraint.Operator);
        if (constraint.Value is not null)
            writer.WriteStringValue(constraint.Value);
        writer.WriteEndArray();
    }

    public static void WriteExecutor(Utf8JsonWriter writer, AppSpec app)
    {
        if (app.ExecutorResources is not { } executor)
            return;
        writer.WriteStartObject("executorResources");
        writer.WriteNumber("cpus", executor.Cpus);
        writer.WriteNumber("mem", executor.Mem);
        writer.WriteNumber("disk", executor.Disk);
        writer.WriteEndObject();
    }

    public static void WriteSecrets(Utf8JsonWriter writer, AppSpec app)
    {
        if (app.Secrets.IsEmpty)
            return;
        writer.WriteStartObject("secrets");
        foreach (var (name, source) in app.Secrets)
        {
            writer.WriteStartObject(name);
            writer.WriteString("source", source);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    public static void WriteVariables(Utf8JsonWriter writer, string member, ValueMap<EnvValue> variables)
    {
        if (variables.IsEmpty)
            return;
        writer.WriteStartObject(member);
        foreach (var (name, value) in variables)
        {
            if (value.Secret is null)
            {
                writer.WriteString(name, value.Text);
                continue;
            }
            writer.WriteStartObject(name);
            writer.WriteString("secret", value.Secret);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    public static void WriteFetch(Utf8JsonWriter writer, string member, ValueList<FetchSpec> files)
    {
        if (files.IsEmpty)
            return;
        writer.WriteStartArray(member);
        foreach (var fetch in files)
        {
            writer.WriteStartObject();
            writer.WriteString("uri", fetch.Uri);
            writer.WriteBoolean("extract", fetch.Extract);
            writer.WriteBoolean("executable", fetch.Executable);
            writer.WriteBoolean("cache", fetch.Cache);
            writer.WriteOptional("destPath", fetch.DestPath);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void WriteLimits(Utf8JsonWriter writer, AppResourceLimits? limits)
    {
        if (limits is null)
            return;
        writer.WriteStartObject("resourceLimits");
        WriteLimit(writer, "cpus", limits.Cpus);
        WriteLimit(writer, "mem", limits.Mem);
        writer.WriteEndObject();
    }

    private static void WriteLimit(Utf8JsonWriter writer, string name, double? limit)
    {
        if (limit is < 0)
            writer.WriteString(name, "unlimited");
        else if (limit is { } number)
            writer.WriteNumber(name, number);
    }

    /// <summary>The members of an upgrade strategy.</summary>
    public static void WriteUpgrade(Utf8JsonWriter writer, AppSpec app)
    {
        writer.WriteNumber("maximumOverCapacity", app.UpgradeStrategy.MaximumOverCapacity);
        writer.WriteNumber("minimumHealthCapacity", app.UpgradeStrategy.MinimumHealthCapacity);
        if (app.Extension?.Canary is { } canary)
            ExtensionWriter.WriteCanary(writer, canary);
    }

    public static void WriteKillSelection(Utf8JsonWriter writer, AppSpec app) =>
        writer.WriteString("killSelection", app.KillSelection == KillSelection.OldestFirst ? "OLDEST_FIRST" : "YOUNGEST_FIRST");

    public static void WriteUnreachable(Utf8JsonWriter writer, UnreachableStrategy? unreachable)
    {
        if (unreachable is null)
        {
            writer.WriteString("unreachableStrategy", "disabled");
            return;
        }
        writer.WriteStartObject("unreachableStrategy");
        writer.WriteNumber("inactiveAfterSeconds", unreachable.InactiveAfterSeconds);
        writer.WriteNumber("expungeAfterSeconds", unreachable.ExpungeAfterSeconds);
        writer.WriteEndObject();
    }

    private static void WriteStrategies(Utf8JsonWriter writer, AppSpec app)
    {
        writer.WriteStartObject("upgradeStrategy");
        WriteUpgrade(writer, app);
        writer.WriteEndObject();
        WriteKillSelection(writer, app);
        WriteUnreachable(writer, app.UnreachableStrategy);
        if (!ContainerRules.IsResident(app))
            return;
        // Deprecated and without effect, but Marathon wrote it for every app with persistent volumes.
        writer.WriteStartObject("residency");
        writer.WriteNumber("relaunchEscalationTimeoutSeconds", 3_600);
        writer.WriteString("taskLostBehavior", "WAIT_FOREVER");
        writer.WriteEndObject();
    }
}
