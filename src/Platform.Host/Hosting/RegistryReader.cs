using System.Text.Json;
using Platform.Cli.Commands;
using Platform.Client.Services;
using Platform.Client;
using Platform.Core.Collections;
using Platform.Core.Registry;
using ServiceEndpoint = Platform.Core.Registry.ServiceEndpoint;

namespace Platform.Host.Hosting;

/// <summary>Keeps a directory like the registry of a control plane elsewhere. While that is away, what is known stays.</summary>
/// <param name="client">The control plane.</param>
/// <param name="directory">What is kept.</param>
/// <param name="complete">Called when the directory is known to be whole.</param>
/// <param name="logger">Its log.</param>
internal sealed partial class RegistryReader(PlatformClient client, ServiceDirectory directory, Action complete, ILogger<RegistryReader> logger)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    // Thrice the control plane's own word that it is there.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    private readonly DirectoryMirror mirror = new(directory);

    /// <summary>Follows until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        var isAway = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            string reason;
            try
            {
                using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                silence.CancelAfter(LongestSilence);
                await Logins.RenewAsync(client, silence.Token);
                mirror.Begin();
                await foreach (var told in client.WatchEndpointsAsync(silence.Token))
                {
                    silence.CancelAfter(LongestSilence);
                    if (isAway)
                        LogBack();
                    isAway = false;
                    Take(told);
                    if (told.Kind == EndpointEventKind.Complete)
                        complete();
                }
                reason = "the connection ended";
            }
            catch (PlatformException failure)
            {
                reason = failure.Message;
            }
            catch (JsonException failure)
            {
                reason = $"it tells what is not understood: {failure.Message}";
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                reason = $"nothing was heard for {LongestSilence.TotalSeconds:0} seconds";
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (!isAway)
                LogAway(reason);
            isAway = true;
            try
            {
                await Task.Delay(Again, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Take(EndpointEvent told)
    {
        if (told.Kind == EndpointEventKind.Complete)
            mirror.Complete();
        else if (told is { Kind: EndpointEventKind.Snapshot, Change: { } whole })
            mirror.Snapshot(whole.Service, whole.Set.Select(Endpoint));
        else if (told is { Kind: EndpointEventKind.Change, Change: { } change })
            mirror.Change(change.Service, change.Set.Select(Endpoint), change.Removed);
    }

    private static ServiceEndpoint Endpoint(Client.Services.ServiceEndpoint told) => new()
    {
        Id = told.Id,
        Framework = told.Framework ?? ServiceNames.Outside,
        AgentId = told.AgentId ?? "",
        AgentAddresses = told.AgentAddresses.ToValueList(),
        Addresses = told.Addresses.SequenceEqual(told.AgentAddresses) ? default : told.Addresses.ToValueList(),
        Ports = told.Ports.Select(port => new EndpointPort
        {
            Name = port.Name,
            Protocol = port.Protocol,
            HostPort = port.HostPort,
            ContainerPort = port.ContainerPort,
            ServicePort = port.ClusterPort,
            Labels = Map(port.Labels),
        }).ToValueList(),
        State = Enum.TryParse<EndpointState>(told.State, out var state) ? state : EndpointState.Waiting,
        Weight = told.Weight,
        Labels = Map(told.Labels),
        Owner = told.Owner ?? "",
        Version = told.Version,
        Share = told.Share,
    };

    private static ValueMap<string> Map(IReadOnlyDictionary<string, string>? labels) => labels is null ? default : labels.ToValueMap();

    [LoggerMessage(LogLevel.Warning, "The control plane is away, what is known of it stays: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "The control plane is there")]
    private partial void LogBack();
}
