using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary><c>platform cluster</c>: the cluster as a whole.</summary>
internal static class ClusterCommand
{
    internal static Command Build() => new("cluster", "The cluster as a whole.") { Authority() };

    private static Command Authority()
    {
        var fingerprint = new Option<bool>("--fingerprint") { Description = "Print its fingerprint instead." };
        var command = new Command("ca", "Prints the certificate of the cluster's authority, PEM: what others need to trust the cluster.") { fingerprint };
        command.Run(result => async (client, terminal, cancellationToken) =>
        {
            var pem = await client.GetAuthorityAsync(cancellationToken);
            using var certificate = X509Certificate2.CreateFromPem(pem);
            var text = AuthorityFingerprint.Of(certificate);
            terminal.Say(new JsonObject { ["certificate"] = pem, ["fingerprint"] = text, ["expiresAt"] = certificate.NotAfter.ToUniversalTime().ToString("O") }, result.GetValue(fingerprint) ? text : pem.TrimEnd());
            return ExitCodes.Ok;
        });
        return command;
    }
}
