using System.CommandLine;
using Platform.Api.Marathon;

namespace Platform.Host.Hosting;

/// <summary>Settings of the Marathon API that can be given on the command line of a control plane, under the names that Marathon has for them.</summary>
internal sealed class MarathonSettings
{
    private readonly Option<string> role = new("--mesos-role")
    {
        Description = "The role of apps that name none. Default: *.",
        HelpName = "ROLE",
        DefaultValueFactory = _ => "*",
    };

    private readonly Option<string?> network = new("--default-network-name")
    {
        Description = "The network that a container network without a name means. Default: none, such an app is refused.",
        HelpName = "NAME",
    };

    private readonly Option<string?> acceptedRoles = new("--default-accepted-resource-roles")
    {
        Description = "The roles, separated by commas, whose reserved resources apps may use that name none. Default: their own and *.",
        HelpName = "ROLES",
    };

    private readonly Option<bool> refuseImpossible = new("--refuse-impossible")
    {
        Description = "Refuse apps that fit none of the agents that are there, instead of letting them wait.",
    };

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[role, network, acceptedRoles, refuseImpossible])
            command.Add(option);
        role.Validators.Add(result => Check(result.Tokens.Select(token => token.Value), "--mesos-role", result.AddError));
        acceptedRoles.Validators.Add(result => Check(result.Tokens.SelectMany(token => Split(token.Value)), "--default-accepted-resource-roles", result.AddError));
    }

    internal Action<MarathonOptions> Of(ParseResult result) => options =>
    {
        options.DefaultRole = result.GetValue(role)!;
        options.DefaultNetworkName = result.GetValue(network);
        options.DefaultAcceptedResourceRoles = [.. Split(result.GetValue(acceptedRoles) ?? "")];
        options.RefuseImpossible = result.GetValue(refuseImpossible);
    };

    private static string[] Split(string roles) => roles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void Check(IEnumerable<string> roles, string option, Action<string> tell)
    {
        foreach (var text in roles)
        {
            if (text.Length == 0 || text is "." or ".." || text[0] == '-' || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '\\'))
                tell($"{option}: '{text}' is no role; roles have no spaces and do not begin with a hyphen");
        }
    }
}
