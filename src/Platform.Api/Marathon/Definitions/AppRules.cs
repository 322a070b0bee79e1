using System.Globalization;
using System.Text.RegularExpressions;
using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Marathon's rules for a normalized app, with its paths and messages. Every broken one is told.</summary>
internal static partial class AppRules
{
    // The grouping is Marathon's: the pattern accepts a text that begins like //cmd, any path, and nothing.
    [GeneratedRegex(@"^(//cmd)|(/?[^/]+(/[^/]+)*)|$")]
    private static partial Regex Executor { get; }

    public static void Check(AppSpec app, string path, AppDefinitionContext context, JsonProblems problems)
    {
        PathRules.CheckApp(app.Id, path + "/id", problems);
        CheckCommand(app, path, problems);
        CheckEnvironment(app, path, problems);
        CheckRoles(app, path, context, problems);
        CheckLimits(app, path, problems);
        CheckLabels(app, path, problems);
        CheckUpgrade(app, path, problems);
        PortRules.Check(app, path, problems);
        ContainerRules.Check(app, path, problems);
        CheckRules.Check(app, path, problems);
        for (var i = 0; i < app.Constraints.Count; i++)
            ConstraintRules.Check(app.Constraints[i], $"{path}/constraints({i})", problems);
        ContradictionRules.Check(app, path, problems);
        ExtensionRules.Check(app, path, problems);
    }

    public static string Text(double number) => number.ToString(number == Math.Floor(number) ? "0.0" : "R", CultureInfo.InvariantCulture);

    private static void CheckCommand(AppSpec app, string path, JsonProblems problems)
    {
        var cmd = !string.IsNullOrEmpty(app.Cmd);
        var args = app.Args is { IsEmpty: false };
        var image = app.Container is { } container && (container.Docker is not null || container.Type == "MESOS");
        // Imageless containers satisfied only the first of Marathon's two validators; without a command there is nothing to run.
        var runnable = image && app.Container!.Docker is not null;
        // A command that could not be read is told already, and is not missing.
        var unread = problems.Items.Any(p => p.Shape && (p.Path == path + "/cmd" || p.Path.StartsWith(path + "/args", StringComparison.Ordinal) || p.Path.StartsWith(path + "/container", StringComparison.Ordinal)));
        if (!unread && !(cmd ^ args || !(cmd && args) && runnable))
            problems.Rule(path, "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.");
        if (app.Cmd is { Length: > 0 } line && string.IsNullOrWhiteSpace(line))
            problems.Rule(path + "/cmd", "must not be empty");
        var executor = Executor.Match(app.Executor);
        if (!executor.Success || executor.Length != app.Executor.Length)
            problems.Rule(path + "/executor", @"must fully match regular expression '^(//cmd)|(/?[^/]+(/[^/]+)*)|$'");
        if (app.Gpus > 0 && app.Container?.Type == "DOCKER")
            problems.Rule(path, "GPU resources only work with the Mesos containerizer");
    }

    private static void CheckEnvironment(AppSpec app, string path, JsonProblems problems)
    {
        var position = 0;
        foreach (var (name, value) in app.Env)
        {
            if (name.Length == 0)
                problems.Rule($"{path}/env/keys({position})", "must not be empty");
            else if (name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
                problems.Rule($"{path}/env/{name}", "the name of a variable must not contain = or NUL");
            if (value.Secret is { } secret && !app.Secrets.ContainsKey(secret))
                problems.Rule($"{path}/env/{name}/secret", "references an undefined secret");
            position++;
        }
        if (app.Secrets.ContainsKey(""))
            problems.Rule($"{path}/secrets/keys({app.Secrets.Keys.ToList().IndexOf("")})", "must not be empty");
    }

    private static void CheckRoles(AppSpec app, string path, AppDefinitionContext context, JsonProblems problems)
    {
        if (context.ValidRoles is { } valid && !valid.Contains(app.Role))
            problems.Rule(path + "/role", $"got {app.Role}, expected one of: [{string.Join(", ", valid)}]");
        if (app.AcceptedResourceRoles.IsEmpty)
            return;
        var at = path + "/acceptedResourceRoles";
        if (AcceptedRolesProblem(app, context) is { } unknown)
            problems.Rule(at, unknown);
        if (ContainerRules.IsResident(app) && app.AcceptedResourceRoles.Any(role => role != "*"))
            problems.Rule(at, """A resident app must have `acceptedResourceRoles = ["*"]`.""");
    }

    /// <summary>What is wrong with the roles whose resources an app or pod accepts: they may be its own, <c>*</c>, and those that agents have resources for. Null: nothing.</summary>
    public static string? AcceptedRolesProblem(AppSpec app, AppDefinitionContext context)
    {
        if (UsableRoles(app.AcceptedResourceRoles, app.Role, context).Count == app.AcceptedResourceRoles.Count)
            return null;
        string[] usable = [.. ((string[])["*", app.Role, .. context.AgentRoles]).Distinct(StringComparer.Ordinal)];
        return $"acceptedResourceRoles can only contain {(usable.Length == 1 ? usable[0] : $"{string.Join(", ", usable[..^1])} and {usable[^1]}")}";
    }

    /// <summary>Those of some roles whose resources an app with this role may use.</summary>
    public static ValueList<string> UsableRoles(IEnumerable<string> roles, string role, AppDefinitionContext context) =>
        roles.Where(accepted => accepted == "*" || accepted == role || context.AgentRoles.Contains(accepted)).ToValueList();

    private static void CheckLimits(AppSpec app, string path, JsonProblems problems)
    {
        CheckLimit(app.ResourceLimits?.Cpus, app.Cpus, path + "/resourceLimits/cpus", problems);
        CheckLimit(app.ResourceLimits?.Mem, app.Mem, path + "/resourceLimits/mem", problems);
        if (app.Extension?.Autoscaling is not null && ContainerRules.IsResident(app))
            problems.Rule(path + "/platform/autoscaling", "is not possible for apps with persistent volumes");
    }

    public static void CheckLimit(double? limit, double request, string at, JsonProblems problems)
    {
        if (limit is >= 0 && limit < request)
            problems.Rule(at, $"resource limit must be greater than or equal to requested resource ({Text(request)})");
    }

    private static void CheckLabels(AppSpec app, string path, JsonProblems problems)
    {
        if (AppBuilder.IsSingleInstance(app.Labels) && app.Instances > 1)
            problems.Rule(path, "Single instance app may only have one instance");
        if (app.Labels.Find("DCOS_MIGRATION_API_VERSION") is { Length: > 0 } version
            && (version != "v1"
                || string.IsNullOrEmpty(app.Labels.Find("DCOS_PACKAGE_FRAMEWORK_NAME"))
                || string.IsNullOrEmpty(app.Labels.Find("DCOS_MIGRATION_API_PATH"))))
        {
            problems.Rule(path, "DCOS_PACKAGE_FRAMEWORK_NAME and DCOS_MIGRATION_API_PATH must be defined when using DCOS_MIGRATION_API_VERSION");
        }
    }

    private static void CheckUpgrade(AppSpec app, string path, JsonProblems problems)
    {
        var strategy = app.UpgradeStrategy;
        var single = AppBuilder.IsSingleInstance(app.Labels);
        if (single && strategy.MinimumHealthCapacity != 0)
            problems.Rule(path + "/upgradeStrategy/minimumHealthCapacity", $"got {Text(strategy.MinimumHealthCapacity)}, expected 0.0");
        if ((single || ContainerRules.IsResident(app)) && strategy.MaximumOverCapacity != 0)
            problems.Rule(path + "/upgradeStrategy/maximumOverCapacity", $"got {Text(strategy.MaximumOverCapacity)}, expected 0.0");
        if (app.UnreachableStrategy is not { } unreachable)
            return;
        if (ContainerRules.IsResident(app))
            problems.Rule(path, "unreachableStrategy must be disabled for resident tasks");
        if (unreachable.InactiveAfterSeconds > unreachable.ExpungeAfterSeconds)
        {
            problems.Rule(path + "/unreachableStrategy/inactiveAfterSeconds",
                $"inactiveAfterSeconds ({unreachable.InactiveAfterSeconds:0}) must be less or equal to expungeAfterSeconds, which is {unreachable.ExpungeAfterSeconds:0}");
        }
    }
}
