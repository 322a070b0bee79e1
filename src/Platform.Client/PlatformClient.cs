using Platform.Client.Agents;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Platform.Client.Events;
using Platform.Client.Groups;
using Platform.Client.Http;
using Platform.Client.Jobs;
using Platform.Client.Pods;
using Platform.Client.Services;

namespace Platform.Client;

/// <summary>Talks to a control plane over HTTP. Safe for use by many threads; make one and keep it.</summary>
/// <example><code>
/// using var client = new PlatformClient();
/// var app = await client.Apps.SubmitAsync(new AppDefinition { Id = "/hello", Cmd = "sleep 1000" });
/// await app.WaitUntilHealthyAsync();
/// await app.ScaleAsync(3);
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
        (Apps, Pods, Groups, Deployments) = (new(this, wire), new(this, wire), new(this, wire), new(this, wire));
        (Jobs, Agents, Services, Events) = (new(this, wire), new(wire), new(wire), new(wire));
    }

    private PlatformClient(PlatformClient whole, CallOptions options)
    {
        (Url, Trust, isView) = (whole.Url, whole.Trust, true);
        wire = whole.wire.With(options);
        (Apps, Pods, Groups, Deployments) = (new(this, wire), new(this, wire), new(this, wire), new(this, wire));
        (Jobs, Agents, Services, Events) = (new(this, wire), new(wire), new(wire), new(wire));
    }

    /// <inheritdoc/>
    public Uri Url { get; }

    /// <inheritdoc/>
    public ClusterTrust? Trust { get; }

    /// <inheritdoc/>
    public AppsClient Apps { get; }

    /// <inheritdoc/>
    public PodsClient Pods { get; }

    /// <inheritdoc/>
    public GroupsClient Groups { get; }

    /// <inheritdoc/>
    public DeploymentsClient Deployments { get; }

    /// <inheritdoc/>
    public JobsClient Jobs { get; }

    /// <inheritdoc/>
    public AgentsClient Agents { get; }

    /// <inheritdoc/>
    public ServicesClient Services { get; }

    /// <inheritdoc/>
    public EventsClient Events { get; }

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
