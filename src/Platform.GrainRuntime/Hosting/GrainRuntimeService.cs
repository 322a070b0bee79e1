using Microsoft.Extensions.Hosting;
using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Hosting;

/// <summary>Starts and stops the runtime with its host.</summary>
internal sealed class GrainRuntimeService(EmbeddedSilo silo) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        silo.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => silo.StopAsync(cancellationToken);
}
