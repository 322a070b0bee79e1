using Microsoft.Extensions.Hosting;

namespace Platform.Networking.Ingress;

/// <summary>The ingress lives as long as the process that it is in, and takes no signals of its own.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
