using System.CommandLine;
using System.Net;

namespace Platform.Host.Hosting;

/// <summary>Whether a control plane asks for a login.</summary>
/// <param name="isOffOnLoopback">It does not by itself while only this machine reaches it.</param>
internal sealed class LoginOptions(bool isOffOnLoopback)
{
    private readonly Option<string?> auth = new("--auth")
    {
        Description = isOffOnLoopback
            ? "Whether everybody has to log in: on or off. Default: off on loopback, and with --insecure; on otherwise."
            : "Whether everybody has to log in: on or off. Default: on; off with --insecure.",
        HelpName = "on|off",
    };

    internal void AddTo(Command command, ListenOptions listen)
    {
        auth.AcceptOnlyFromAmong("on", "off");
        command.Add(auth);
        command.Validators.Add(result =>
        {
            if (result.GetResult(auth) is { Tokens: [{ Value: "off" }] } && listen.OpenAddress(result) is { } address)
                result.AddError($"{address} can be reached from other machines, and with --auth off whoever reaches it could run any command on every agent. Add --insecure if that is what you want, or leave --auth off out");
        });
    }

    internal bool Of(ParseResult result, IPEndPoint listen, bool isInsecure) => result.GetValue(auth) switch
    {
        "on" => true,
        "off" => false,
        _ => !isInsecure && !(isOffOnLoopback && IPAddress.IsLoopback(listen.Address)),
    };
}
