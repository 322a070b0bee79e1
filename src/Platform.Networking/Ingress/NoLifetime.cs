using Microsoft.Extensions.Hosting;

namespace Platform.Networking.Ingress;

/// <summary>A server that lives as long as the process that it is in, and takes no signals of its own.</summary>
public sealed class NoLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
