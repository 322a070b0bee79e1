using System.Globalization;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Security;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Reads what Marathon does not have: the object <c>platform</c> of an app or pod, and <c>canary</c> of its upgrade strategy. Nobody but us writes these, so a name that is not known is an error.</summary>
internal static class ExtensionReader
{
    public static AppExtension? Read(JsonObjectReader app)
    {
        return Read(app, app.TryGet("upgradeStrategy", out var strategy) && strategy.ValueKind == JsonValueKind.Object
            ? new JsonObjectReader(strategy, app.At("upgradeStrategy"), app.Problems)
            : null);
    }

    /// <param name="definition">What may have the object <c>platform</c>.</param>
    /// <param name="upgrade">What may have a <c>canary</c>.</param>
    public static AppExtension? Read(JsonObjectReader definition, JsonObjectReader? upgrade)
    {
        var extension = definition.Object("platform") is { } platform ? ReadPlatform(platform) : null;
        if (upgrade?.Object("canary") is { } canary)
        {
            extension = (extension ?? new()) with { Canary = ReadCanary(canary) };
        }
        // An extension that says nothing is none.
        return extension == new AppExtension() ? null : extension;
    }

    /// <summary>A canary is given, or null for none.</summary>
    public static bool SaysCanary(JsonObjectReader app) =>
        ((string[])["upgradeStrategy", "platform"]).Any(name => app.TryGet(name, out var holder) && holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty("canary", out _));

    private static AppExtension ReadPlatform(JsonObjectReader platform)
    {
        OnlyKnown(platform, "priority", "preferences", "placement", "tolerations", "pool", "system", "gang", "gangDeadlineSeconds", "revocable", "runOnce",
            "disruptionBudget", "preStop", "drainSeconds", "progressDeadlineSeconds", "failureBudget", "canary", "autoscaling", "identity", "secretChange");
        var isGang = platform.Flag("gang") ?? false;
        if (!isGang && platform.TryGet("gangDeadlineSeconds", out _))
            platform.Rule("gangDeadlineSeconds", "is for gangs; set gang too");
        return new()
        {
            Priority = platform.Integer("priority", 0, 100) ?? AppExtension.DefaultPriority,
            Preferences = platform.List("preferences", ReadPreference) ?? default,
            Placement = platform.Choice("placement", "binpack", "spread"),
            Tolerations = platform.Texts("tolerations", minLength: 1) ?? default,
            Pool = platform.Text("pool", 1),
            System = platform.Flag("system") ?? false,
            Gang = isGang,
            GangDeadlineSeconds = platform.Number("gangDeadlineSeconds", 1),
            Revocable = platform.Flag("revocable") ?? false,
            RunOnce = platform.Flag("runOnce") ?? false,
            DisruptionBudget = platform.Integer("disruptionBudget", 0),
            PreStop = platform.Text("preStop", 1),
            DrainSeconds = platform.Number("drainSeconds", 0, 3600),
            ProgressDeadlineSeconds = platform.Number("progressDeadlineSeconds", 1, Bounds.Seconds),
            FailureBudget = platform.Integer("failureBudget", 0),
            Canary = platform.Object("canary") is { } canary ? ReadCanary(canary) : null,
            Autoscaling = platform.Object("autoscaling") is { } autoscaling ? ReadAutoscaling(autoscaling) : null,
            Identity = platform.Object("identity") is { } identity ? ReadIdentity(identity) : null,
            SecretChange = platform.Object("secretChange") is { } change ? ReadSecretChange(change) : null,
        };
    }

    private static SecretChangeSpec? ReadSecretChange(JsonObjectReader change)
    {
        OnlyKnown(change, "mode", "signal");
        change.Require("mode");
        var mode = change.Choice("mode", "none", "signal", "restart") switch
        {
            "signal" => SecretChange.Signal,
            "restart" => SecretChange.Restart,
            _ => SecretChange.None,
        };
        var signal = change.Text("signal", 1);
        if (signal is not null && mode != SecretChange.Signal && change.Has("mode"))
            change.Rule("signal", "is for the mode signal");
        if (mode == SecretChange.Signal && signal is not null && SignalNames.Find(signal) is null)
            change.Rule("signal", "must be one of " + string.Join(", ", SignalNames.All));
        return mode == SecretChange.None ? null : new() { Mode = mode, Signal = signal ?? SecretChangeSpec.DefaultSignal };
    }

    private static TaskIdentitySpec ReadIdentity(JsonObjectReader identity)
    {
        OnlyKnown(identity, "audience", "lifetimeSeconds");
        return new()
        {
            Audience = identity.Texts("audience", minLength: 1) ?? default,
            LifetimeSeconds = identity.Number("lifetimeSeconds", WorkloadTokens.Shortest.TotalSeconds, WorkloadTokens.Longest.TotalSeconds) ?? TaskIdentitySpec.Default.LifetimeSeconds,
        };
    }

    private static PreferenceSpec? ReadPreference(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } preference)
            return null;
        OnlyKnown(preference, "kind", "target", "value", "weight");
        preference.Require("target");
        var kind = preference.Choice("kind", "attribute", "app", "spread") ?? "attribute";
        var target = preference.Text("target", 1) ?? "";
        if (kind == "app" && (!target.StartsWith('/') || !AppPath.HasValidNames(target)))
            preference.Rule("target", "must be the absolute path of an app");
        return new() { Kind = kind, Target = target, Value = preference.Text("value", 1), Weight = preference.Integer("weight", -100, 100) ?? 50 };
    }

    private static CanarySpec ReadCanary(JsonObjectReader canary)
    {
        OnlyKnown(canary, "steps", "promoteAfterSeconds", "blueGreen", "traffic");
        var steps = canary.List("steps", ReadStep) ?? default;
        var blueGreen = canary.Flag("blueGreen") ?? false;
        if (steps.IsEmpty && !blueGreen)
            canary.Rule("steps", "must have at least one step, such as 1 or \"10%\"");
        var traffic = canary.List("traffic", ReadShare) ?? default;
        var count = blueGreen ? Math.Max(1, steps.Count) : steps.Count;
        if (!traffic.IsEmpty && traffic.Count != count)
            canary.Rule("traffic", $"must have a percentage for each of the {count} steps");
        return new() { Steps = steps, PromoteAfterSeconds = canary.Number("promoteAfterSeconds", 0, Bounds.Seconds), BlueGreen = blueGreen, Traffic = traffic.Select(share => share.Percent).ToValueList() };
    }

    private sealed record Share(double Percent);

    /// <summary>A percentage as a number, or as text such as "10%".</summary>
    private static Share? ReadShare(JsonElement value, string at, JsonProblems problems)
    {
        double percent = -1;
        if (value.ValueKind == JsonValueKind.Number)
            percent = value.GetDouble();
        else if (value.ValueKind == JsonValueKind.String && !double.TryParse(value.GetString()!.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percent))
            percent = -1;
        if (percent is >= 0 and <= 100)
            return new(percent);
        problems.Rule(at, "must be a percentage from 0 to 100, such as 5 or \"5%\"");
        return null;
    }

    /// <summary>A count as number or text, or a share such as "10%".</summary>
    private static string? ReadStep(JsonElement value, string at, JsonProblems problems)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count > 0)
            return count.ToString(CultureInfo.InvariantCulture);
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
        {
            var number = text.EndsWith('%') ? text[..^1] : text;
            if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
                && amount > 0 && (text.EndsWith('%') ? amount <= 100 : amount == Math.Floor(amount) && amount < int.MaxValue))
                return text;
        }
        problems.Rule(at, "must be a count above 0 or a share such as \"10%\"");
        return null;
    }

    private static AutoscalingSpec ReadAutoscaling(JsonObjectReader autoscaling)
    {
        OnlyKnown(autoscaling, "min", "max", "targets", "scaleDownWindowSeconds", "scaleUpWindowSeconds");
        var min = autoscaling.Integer("min", 0, Bounds.Instances) ?? 1;
        autoscaling.Require("max");
        var max = autoscaling.Integer("max", 1, Bounds.Instances) ?? Math.Max(1, min);
        if (max < min)
            autoscaling.Rule("max", "must not be less than min");
        var targets = autoscaling.List("targets", ReadTarget) ?? default;
        if (targets.IsEmpty)
            autoscaling.Rule("targets", "must have at least one target");
        if (targets.Select(target => target.Name).Distinct(StringComparer.Ordinal).Count() < targets.Count)
            autoscaling.Rule("targets", "must not name a metric twice");
        return new()
        {
            Min = min,
            Max = max,
            Targets = targets,
            ScaleDownWindowSeconds = autoscaling.Number("scaleDownWindowSeconds", 0, Bounds.Seconds) ?? 300,
            ScaleUpWindowSeconds = autoscaling.Number("scaleUpWindowSeconds", 0, Bounds.Seconds) ?? 0,
        };
    }

    private static AutoscalingTarget? ReadTarget(JsonElement value, string at, JsonProblems problems)
    {
        if (JsonObjectReader.Open(value, at, problems) is not { } target)
            return null;
        OnlyKnown(target, "metric", "value", "path", "portIndex", "app");
        target.Require("value");
        var amount = target.Number("value") ?? 1;
        if (amount <= 0)
            target.Rule("value", "must be greater than 0");
        var path = target.Text("path", 1) ?? "/metrics";
        if (path[0] != '/')
            target.Rule("path", "must begin with a slash");
        var app = target.Text("app", 1);
        if (app is not null && (!app.StartsWith('/') || !AppPath.HasValidNames(app)))
            target.Rule("app", "must be the absolute path of an app");
        return new()
        {
            Metric = target.Text("metric", 1) ?? "cpu",
            Value = amount,
            Path = path,
            PortIndex = target.Integer("portIndex", 0) ?? 0,
            App = app,
        };
    }

    public static void OnlyKnown(JsonObjectReader reader, params string[] names)
    {
        foreach (var member in reader.Element.EnumerateObject())
        {
            if (Array.IndexOf(names, member.Name) < 0)
                reader.Rule(member.Name, "is not known; known are " + string.Join(", ", names));
        }
    }
}
