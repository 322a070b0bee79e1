using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>This process' copy of identities and rights, read anew every second and after each change that was made here.</summary>
/// <remarks>
/// A right that is taken back through another process still counts here for up to a second. While the store is away the copy stays as it is; before
/// the first one is there, nobody is let in.
/// </remarks>
public sealed partial class SecurityFeed(IGrainFactory grains, TimeProvider time, ILogger<SecurityFeed> logger) : BackgroundService
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _reading = new(1);
    private volatile SecurityCopy? _copy;

    /// <summary>The copy; null: there is none yet.</summary>
    internal SecurityCopy? Copy => _copy;

    /// <summary>The copy; waits for the first.</summary>
    /// <exception cref="TimeoutException">The store is away.</exception>
    internal async ValueTask<SecurityCopy> ReadAsync()
    {
        if (_copy is { } copy)
            return copy;
        await _first.Task.WaitAsync(Patience, time);
        return _copy!;
    }

    /// <summary>Reads what has changed.</summary>
    internal async Task RefreshAsync()
    {
        await _reading.WaitAsync();
        try
        {
            if (await grains.GetGrain<ISecurityGrain>(0).ReadAsync(_copy?.Version ?? 0) is not { } snapshot)
                return;
            _copy = new(snapshot.Version, snapshot.Issuer, new(snapshot.Items));
            _first.TrySetResult();
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not on the thread that starts the host.
        await Task.Yield();
        using var timer = new PeriodicTimer(Renewal, time);
        try
        {
            do
            {
                try
                {
                    await RefreshAsync();
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    LogAway(failure.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Identities and rights cannot be read, what is known of them stays: {Reason}")]
    private partial void LogAway(string reason);
}

/// <summary>What this process knows of identities.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Issuer">The name of the cluster in tokens; empty: none was issued yet.</param>
/// <param name="View">The identities.</param>
internal sealed record SecurityCopy(long Version, string Issuer, SecurityView View);
