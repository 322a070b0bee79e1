using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;

namespace Platform.Host.Hosting;

/// <summary>Where a server listens. Loopback, unless the user names another address.</summary>
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
        Description = "The address to listen on. Default: 127.0.0.1. Anything but loopback is served over HTTPS, and everybody has to log in.",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => Default,
    };

    private readonly Option<bool> insecure = new("--insecure")
    {
        Description = "Serve HTTP also beyond loopback, where what is sent can be read on the way, unless --tls is said. Nobody has to log in, unless --auth on is said: whoever reaches the address can run any command on every agent.",
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
        address.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && Parse(text) is null)
                result.AddError($"'{text}' is not an address to listen on: give an IP address or localhost");
        });
    }

    /// <summary>The address that others can reach and that nobody says is meant to be insecure; null: there is none. For validators, where defaults are not filled in yet.</summary>
    internal string? OpenAddress(CommandResult result) =>
        result.GetResult(address) is { Tokens: [{ Value: var given }] } && Parse(given) is { } parsed && !IPAddress.IsLoopback(parsed) && !result.GetValue(insecure) ? given : null;

    internal bool IsInsecure(ParseResult result) => result.GetValue(insecure);

    internal IPEndPoint Of(ParseResult result) => new(Parse(result.GetValue(address)!)!, result.GetValue(port));

    private static IPAddress? Parse(string text) =>
        text == "localhost" ? IPAddress.Loopback : text == "*" ? IPAddress.Any : IPAddress.TryParse(text, out var parsed) ? parsed : null;
}
