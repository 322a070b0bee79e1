using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>The rights that endpoints need.</summary>
public static class Right
{
    private static readonly AccessVerdict Everybody = new(IsAllowed: true, MustLogIn: false, "open to everybody");

    /// <summary>Everybody, also without a login: what is needed to log in, and what tells nothing but that the server is there.</summary>
    public static EndpointRight Open { get; } = new(EndpointRightKind.Open, "open", (_, _) => Everybody);

    /// <summary>Everybody who has logged in; the answer holds what they may see.</summary>
    public static EndpointRight Filtered { get; } = new(EndpointRightKind.Filtered, "what the own rights show", (access, _) => access.DecideIdentity());

    /// <summary>Whoever has the right to what the body names; the handler asks.</summary>
    public static EndpointRight OfBody { get; } = Asked("what the body names");

    /// <summary>The calls of frameworks, of which each makes many a second.</summary>
    public static EndpointRight OfFramework { get; } = OfBody with { IsRoutine = true };

    /// <summary>Whoever has the right to the app that the task belongs to; the handler asks.</summary>
    public static EndpointRight OfTask { get; } = Asked("the owner of the task");

    /// <summary>Whoever has the right to all apps of the deployment; the handler asks.</summary>
    public static EndpointRight OfDeployment { get; } = Asked("the apps of the deployment");

    /// <summary>What an endpoint without a right needs.</summary>
    public static EndpointRight Superuser { get; } = On(AccessAction.Full, ResourceId.Superuser);

    /// <summary>An action on a resource.</summary>
    public static EndpointRight On(AccessAction action, string resource) =>
        new(EndpointRightKind.Resource, $"{action.Name()} {resource}", (access, _) => access.Decide(action, resource));

    /// <summary>An action on an app, a pod or a group, by its path.</summary>
    public static EndpointRight OnApp(AccessAction action, string value = "id") => Of([action], value, path => ResourceId.Service(AppPath.Canonical("/" + path)));

    /// <summary>An action on the limits of a group, by its path. A right to the group itself is none.</summary>
    public static EndpointRight OnLimits(AccessAction action) => Of([action], "group", path => ResourceId.Limits(AppPath.Canonical("/" + path)));

    /// <summary>An action on the root group, and so on everything in it.</summary>
    public static EndpointRight OnRoot(AccessAction action) => On(action, ResourceId.Service(AppPath.Root));

    /// <summary>Actions on a job, by its id.</summary>
    public static EndpointRight OnJob(params AccessAction[] actions) => Of(actions, "id", ResourceId.Job);

    /// <summary>An action on a job, by its name as Chronos has it.</summary>
    public static EndpointRight OnNamedJob(AccessAction action) => Of([action], "name", ResourceId.Job);

    /// <summary>Actions on a secret, by its path.</summary>
    public static EndpointRight OnSecret(params AccessAction[] actions) => Of(actions, "path", ResourceId.Secret);

    /// <summary>An action on something of a role: <c>quota</c>, <c>reservation</c>.</summary>
    public static EndpointRight OnRole(AccessAction action, string what) => Of([action], "role", role => ResourceId.OfRole(what, role));

    /// <summary>An action on a part of the cluster that operators look after.</summary>
    public static EndpointRight OnOperations(AccessAction action, string part) => On(action, ResourceId.Operations(part));

    /// <summary>The routes of a router, each with its own right.</summary>
    internal static EndpointRight Of(ApiRouter router) => new(EndpointRightKind.Routed, "that of the route", (_, _) => Everybody) { Router = router };

    private static EndpointRight Asked(string what) => new(EndpointRightKind.Asked, what, (access, _) => access.DecideIdentity());

    // All of the actions are needed; the first that is missing is told.
    private static EndpointRight Of(AccessAction[] actions, string value, Func<string, string> resource) => new(
        EndpointRightKind.Resource, $"{string.Join(" and ", actions.Select(action => action.Name()))} {resource($"{{{value}}}")}", (access, values) =>
        {
            var verdicts = actions.Select(action => access.Decide(action, resource(values(value)))).ToList();
            return verdicts.Find(verdict => !verdict.IsAllowed) ?? verdicts[^1];
        });
}
