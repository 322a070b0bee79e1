using System.CommandLine;
using System.Text.Json.Nodes;
using Platform.Core.Security;

namespace Platform.Cli.Commands;

/// <summary><c>platform user</c>, <c>group</c>, <c>grant</c> and <c>revoke</c>.</summary>
internal static class IdentityCommand
{
    private const string Acs = "/acs/api/v1";

    internal static IEnumerable<Command> Build() => [User(), Group(), Grant(give: true), Grant(give: false)];

    private static Argument<string> Name(string name, string description) => new(name) { Description = description };

    private static Command User()
    {
        var command = new Command("user", "Users and service accounts.");
        command.Add(List("list", "Lists users and service accounts.", ["/users", "/users?type=service"], ["NAME", "KIND", "DESCRIPTION"],
            user => [$"{user["uid"]}", (bool)user["is_service"]! ? "service account" : "user", $"{user["description"]}"]));

        var (uid, description) = (Name("USER", "Its name."), new Option<string?>("--description") { Description = "For people.", HelpName = "TEXT" });
        var passwordFile = new Option<string?>("--password-file") { Description = "The file with the password; - is standard input. Default: asked for, or $PLATFORM_PASSWORD.", HelpName = "FILE" };
        var key = new Option<string?>("--public-key") { Description = "The public key of a service account, PEM.", HelpName = "FILE" };
        var add = new Command("add", "Adds a user or, with a key, a service account.") { uid, description, passwordFile, key };
        add.Run(result => async (client, terminal, cancellationToken) =>
        {
            var name = result.GetRequiredValue(uid);
            var body = new JsonObject { ["description"] = result.GetValue(description) ?? "" };
            if (result.GetValue(key) is { } file)
                body["public_key"] = await LoginCommand.ReadAsync(file, cancellationToken);
            else
                body["password"] = await PasswordAsync(name, result.GetValue(passwordFile), "PLATFORM_PASSWORD", cancellationToken);
            await client.CallAsync(HttpMethod.Put, $"{Acs}/users/{Uri.EscapeDataString(name)}", body, cancellationToken);
            terminal.Say(new JsonObject { ["uid"] = name }, $"{name} is there; './platform grant {name} ROLE GROUP' lets it do something");
            return ExitCodes.Ok;
        });
        command.Add(add);

        var changed = Name("USER", "Its name.");
        var newFile = new Option<string?>("--password-file") { Description = "The file with the new password; - is standard input. Default: asked for, or $PLATFORM_PASSWORD.", HelpName = "FILE" };
        var own = new Option<bool>("--own") { Description = "It is the own one: the password before is asked for, or is $PLATFORM_CURRENT_PASSWORD." };
        var password = new Command("password", "Changes a password; all logins of the user end.") { changed, newFile, own };
        password.Run(result => async (client, terminal, cancellationToken) =>
        {
            var name = result.GetRequiredValue(changed);
            var body = new JsonObject();
            if (result.GetValue(own))
                body["current_password"] = await PasswordAsync(name, null, "PLATFORM_CURRENT_PASSWORD", cancellationToken);
            body["password"] = await PasswordAsync(name, result.GetValue(newFile), "PLATFORM_PASSWORD", cancellationToken);
            await client.CallAsync(HttpMethod.Patch, $"{Acs}/users/{Uri.EscapeDataString(name)}", body, cancellationToken);
            terminal.Say(new JsonObject { ["uid"] = name }, $"the password of {name} has changed, and its logins have ended");
            return ExitCodes.Ok;
        });
        command.Add(password);
        command.Add(Act("logout", "Ends all logins of a user.", "USER", HttpMethod.Post, name => $"{Acs}/users/{name}/logout", "has no login any more"));
        command.Add(Act("remove", "Removes a user with all permissions and tokens.", "USER", HttpMethod.Delete, name => $"{Acs}/users/{name}", "is removed"));

        var shown = Name("USER", "Its name.");
        var show = new Command("show", "Shows what a user may do.") { shown };
        show.Run(result => async (client, terminal, cancellationToken) =>
        {
            var permissions = (await client.CallAsync(HttpMethod.Get, $"{Acs}/users/{Uri.EscapeDataString(result.GetRequiredValue(shown))}/permissions", null, cancellationToken))!;
            var rows = permissions["direct"]!.AsArray().Concat(permissions["groups"]!.AsArray()).Select(one => new[]
            {
                $"{one!["rid"]}", string.Join(", ", one["actions"]!.AsArray().Select(action => $"{action!["name"]}")), one["gid"] is { } gid ? $"group {gid}" : "itself",
            });
            terminal.Table(["RESOURCE", "ACTIONS", "FROM"], rows, () => permissions.DeepClone(), "It may do nothing.");
            return ExitCodes.Ok;
        });
        command.Add(show);
        return command;
    }

    private static Command Group()
    {
        var command = new Command("group", "Groups of users, which have permissions together.");
        command.Add(List("list", "Lists groups.", ["/groups"], ["NAME", "DESCRIPTION"], group => [$"{group["gid"]}", $"{group["description"]}"]));
        var (gid, description) = (Name("GROUP", "Its name."), new Option<string?>("--description") { Description = "For people.", HelpName = "TEXT" });
        var add = new Command("add", "Adds a group.") { gid, description };
        add.Run(result => async (client, terminal, cancellationToken) =>
        {
            var name = result.GetRequiredValue(gid);
            await client.CallAsync(HttpMethod.Put, $"{Acs}/groups/{Uri.EscapeDataString(name)}", new JsonObject { ["description"] = result.GetValue(description) ?? "" }, cancellationToken);
            terminal.Say(new JsonObject { ["gid"] = name }, $"group {name} is there");
            return ExitCodes.Ok;
        });
        command.Add(add);
        command.Add(Act("remove", "Removes a group with its permissions.", "GROUP", HttpMethod.Delete, name => $"{Acs}/groups/{name}", "is removed"));
        command.Add(Member("join", "Takes a user into a group.", HttpMethod.Put, "is a member of"));
        command.Add(Member("leave", "Takes a user out of a group.", HttpMethod.Delete, "is no member any more of"));
        var listed = Name("GROUP", "Its name.");
        var members = new Command("members", "Lists the members of a group.") { listed };
        members.Run(result => async (client, terminal, cancellationToken) =>
        {
            var users = (await client.CallAsync(HttpMethod.Get, $"{Acs}/groups/{Uri.EscapeDataString(result.GetRequiredValue(listed))}/users", null, cancellationToken))!["array"]!.AsArray();
            terminal.Table(["NAME"], users.Select(user => new[] { $"{user!["user"]!["uid"]}" }), () => users.DeepClone(), "It has no members.");
            return ExitCodes.Ok;
        });
        command.Add(members);
        return command;
    }

    private static Command Member(string name, string description, HttpMethod method, string done)
    {
        var (gid, uid) = (Name("GROUP", "The group."), Name("USER", "The user."));
        var command = new Command(name, description) { gid, uid };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var (group, user) = (result.GetRequiredValue(gid), result.GetRequiredValue(uid));
            await client.CallAsync(method, $"{Acs}/groups/{Uri.EscapeDataString(group)}/users/{Uri.EscapeDataString(user)}", null, cancellationToken);
            terminal.Say(new JsonObject { ["gid"] = group, ["uid"] = user }, $"{user} {done} {group}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Grant(bool give)
    {
        var who = Name("WHO", "A user; as group:NAME, a group; as app:PATH or job:ID, the tasks of an app, a job or a group of those.");
        var what = Name("WHAT", "A role (viewer, deployer, operator, administrator), or a resource such as dcos:service:marathon:marathon:services:/shop.");
        var where = new Argument<string?>("WHERE") { Description = "With a role: the group of apps, such as /shop. Default: all. With a resource: create, read, update, delete or full. Default: full.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(give ? "grant" : "revoke", give ? "Gives a role or a permission to a user, a group or tasks." : "Takes a role or a permission back.") { who, what, where };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var permission = Read(result.GetRequiredValue(what), result.GetValue(where));
            var name = result.GetRequiredValue(who);
            var isGroup = name.StartsWith("group:", StringComparison.Ordinal);
            var subject = isGroup ? name["group:".Length..] : name;
            var path = $"{Acs}/acls/{permission.Resource.Replace("/", "%252F", StringComparison.Ordinal)}/{(isGroup ? "groups" : "users")}/{Uri.EscapeDataString(subject.Replace("/", "%2F", StringComparison.Ordinal))}/{permission.Action.Name()}";
            await client.CallAsync(give ? HttpMethod.Put : HttpMethod.Delete, path, null, cancellationToken);
            terminal.Say(new JsonObject { ["subject"] = name, ["resource"] = permission.Resource, ["action"] = permission.Action.Name() }, $"{name} {(give ? "has" : "has no longer")} {permission}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Permission Read(string what, string? where)
    {
        if (NamedRoles.Parse(what) is { } role)
        {
            var grant = NamedRoles.Grant(role, Core.Apps.AppPath.Canonical("/" + (where ?? "")));
            return ResourceId.Validate(grant.Resource) is { } wrong ? throw new CommandException(ExitCodes.Usage, wrong) : grant;
        }
        if (ResourceId.Validate(what) is { } problem)
            throw new CommandException(ExitCodes.Usage, $"{problem}; roles are viewer, deployer, operator and administrator");
        return new(what, AccessActions.Parse(where ?? "full") ?? throw new CommandException(ExitCodes.Usage, $"'{where}' is no action; those are create, read, update, delete and full"));
    }

    private static Command Act(string name, string description, string argument, HttpMethod method, Func<string, string> path, string done)
    {
        var subject = Name(argument, "Its name.");
        var command = new Command(name, description) { subject };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var id = result.GetRequiredValue(subject);
            await client.CallAsync(method, path(Uri.EscapeDataString(id)), null, cancellationToken);
            terminal.Say(new JsonObject { ["id"] = id }, $"{id} {done}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List(string name, string description, string[] paths, string[] headers, Func<JsonNode, string[]> row)
    {
        var command = new Command(name, description);
        command.Run(_ => async (client, terminal, cancellationToken) =>
        {
            var all = new List<JsonNode>();
            foreach (var path in paths)
                all.AddRange((await client.CallAsync(HttpMethod.Get, Acs + path, null, cancellationToken))!["array"]!.AsArray().Select(item => item!.DeepClone()));
            terminal.Table(headers, all.Select(row), () => new JsonArray([.. all.Select(item => item.DeepClone())]), "There are none.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<string> PasswordAsync(string uid, string? file, string variable, CancellationToken cancellationToken) =>
        file is not null ? (await LoginCommand.ReadAsync(file, cancellationToken)).TrimEnd('\r', '\n')
        : Environment.GetEnvironmentVariable(variable) ?? LoginCommand.Ask($"{(variable.Contains("CURRENT", StringComparison.Ordinal) ? "current password" : "password")} of {uid}: ", hidden: true);
}
