using System.Text.Json.Nodes;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>What the control plane says of itself: version, settings, leader.</summary>
    Task<JsonObject> GetInfoAsync(CancellationToken cancellationToken = default);

    /// <summary>Returns when the control plane answers; throws if it does not.</summary>
    Task PingAsync(CancellationToken cancellationToken = default);
}
