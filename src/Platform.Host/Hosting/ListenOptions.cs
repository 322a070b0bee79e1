using System.CommandLine;
using System.Net;

namespace Platform.Host.Hosting;

/// <summary>Where a server listens. Loopback, unless the user says that everybody who reaches the address may run anything here.</summary>
internal sealed class ListenOptions
{
    private const string Default = "127.0.0.1";

    private readonly Option<int> port = new("--port")
    {
        Description = "The port for everything; 0 picks a free one. Default: 5050.",
        DefaultValueFactory = _ => 5050,
    };

    private readonly Option<string> address = new("--listen")
    {
        Description = "The address to listen on. Default: 127.0.0.1. Anything but loopback also needs --insecure.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => Default,
    };

    private readonly Option<bool> insecure = new("--insecure")
    {
        Description = "Nobody has to log in, unless --auth on is said: whoever reaches the address can run any command on every agent. What is sent can be read on the way.",
    };

    internal void AddTo(Command command)
    {
        port.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out var number) && number is < 0 or > 65535)
                result.AddError($"port {text} is not in 0-65535");
        });
        command.Add(port);
        command.Add(address);
        command.Add(insecure);
        command.Validators.Add(result =>
        {
            // The default is not filled in yet when options are validated.
            var text = result.GetResult(address) is { Tokens: [{ Value: var given }] } ? given : Default;
            if (Parse(text) is not { } parsed)
                result.AddError($"'{text}' is not an address to listen on: give an IP address or localhost");
            else if (!IPAddress.IsLoopback(parsed) && !result.GetValue(insecure))
                result.AddError(
                    $"{text} can be reached from other machines, and what is sent there can be read on the way: whoever reads it could run any command on every agent. "
                    + "Add --insecure if that is what you want, or listen on 127.0.0.1");
        });
    }

    internal bool IsInsecure(ParseResult result) => result.GetValue(insecure);

    internal IPEndPoint Of(ParseResult result) => new(Parse(result.GetValue(address)!)!, result.GetValue(port));

    private static IPAddress? Parse(string text) =>
        text == "localhost" ? IPAddress.Loopback : text == "*" ? IPAddress.Any : IPAddress.TryParse(text, out var parsed) ? parsed : null;
}
