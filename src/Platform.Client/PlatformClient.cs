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
    private readonly bool isView;

    /// <summary>A client of the control plane at the options' address; nothing is sent yet.</summary>
    public PlatformClient(PlatformClientOptions? options = null)
    {
        options ??= new PlatformClientOptions();
        Url = options.Url;
        Trust = options.Trust;
        wire = new Wire(options);
    }

    private PlatformClient(PlatformClient whole, CallOptions options)
    {
        (Url, Trust, isView) = (whole.Url, whole.Trust, true);
        wire = whole.wire.With(options);
    }

    /// <inheritdoc/>
    public Uri Url { get; }

    /// <inheritdoc/>
    public ClusterTrust? Trust { get; }

    /// <summary>The clock of limits and pauses.</summary>
    internal TimeProvider Time => wire.Time;

    /// <inheritdoc cref="IPlatformClient.With"/>
    public PlatformClient With(CallOptions options) => new(this, options);

    IPlatformClient IPlatformClient.With(CallOptions options) => With(options);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!isView)
            wire.Dispose();
    }
}
