namespace Platform.Core.Registry;

/// <summary>An app without instances that is woken when somebody comes.</summary>
/// <param name="Service">Its service.</param>
/// <param name="AppId">The app's path.</param>
/// <param name="Instances">How many instances it gets.</param>
public sealed record Sleeper(string Service, string AppId, int Instances)
{
    /// <summary>What an endpoint says of the app at one of its ports; null: it does not sleep, or is not woken there.</summary>
    public static Sleeper? Of(ServiceEndpoint endpoint, int port, string service)
    {
        const string App = "app:";
        return endpoint.State == EndpointState.Asleep && endpoint.Owner.StartsWith(App, StringComparison.Ordinal)
            && Ingress.IngressLabels.WakeInstances(endpoint.Labels, endpoint.Ports[port], port) is > 0 and var instances
            ? new(service, endpoint.Owner[App.Length..], instances)
            : null;
    }
}
