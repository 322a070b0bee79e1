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

    internal void AddTo(Command command)
    {
        auth.AcceptOnlyFromAmong("on", "off");
        command.Add(auth);
    }

    internal bool Of(ParseResult result, IPEndPoint listen, bool isInsecure) => result.GetValue(auth) switch
    {
        "on" => true,
        "off" => false,
        _ => !isInsecure && !(isOffOnLoopback && IPAddress.IsLoopback(listen.Address)),
    };
}
