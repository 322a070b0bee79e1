using Platform.Client.Http;

namespace Platform.Client;

/// <summary>Talks to a control plane over HTTP. Safe for use by many threads; make one and keep it.</summary>
/// <example><code>
/// using var client = new PlatformClient();
/// var deployment = await client.CreateAppAsync(new AppDefinition { Id = "/hello", Cmd = "sleep 1000" });
/// await deployment.WaitAsync();
/// await client.GetApp("/hello").ScaleAsync(3);
/// </code></example>
public sealed partial class PlatformClient : IPlatformClient
{
    private readonly Wire wire;

    /// <summary>A client of the control plane at the options' address; nothing is sent yet.</summary>
    public PlatformClient(PlatformClientOptions? options = null)
    {
        options ??= new PlatformClientOptions();
        Url = options.Url;
        Trust = options.Trust;
        wire = new Wire(options);
    }

    /// <inheritdoc/>
    public Uri Url { get; }

    /// <inheritdoc/>
    public ClusterTrust? Trust { get; }

    /// <inheritdoc/>
    public void Dispose() => wire.Dispose();
}
