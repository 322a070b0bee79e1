using Microsoft.Extensions.Logging;
using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>Writes entries of the audit log.</summary>
internal sealed partial class AuditLog(IGrainFactory grains, TimeProvider time, ILogger<AuditLog> logger)
{
    /// <summary>So many refusals and logins are written each second; more tell nothing new, and would fill the disk.</summary>
    private const int MostEachSecond = 50;

    private readonly Lock _lock = new();
    private long _second;
    private int _written;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Writes; durable when it returns. False: it could not be written, which is told in the server's own log.</summary>
    public async Task<bool> WriteAsync(AuditEntry entry)
    {
        try
        {
            await grains.GetGrain<IAuditGrain>(0).AppendAsync([entry]);
            return true;
        }
        catch (Exception failure) when (failure is TimeoutException or OrleansException)
        {
            LogLost(failure.Message);
            return false;
        }
    }

    /// <summary>Writes what anybody may cause, as long as it is not too much. A failure changes nothing for the request.</summary>
    public Task TryWriteAsync(AuditEntry entry)
    {
        lock (_lock)
        {
            var second = Now.ToUnixTimeSeconds();
            if (second != _second)
                (_second, _written) = (second, 0);
            if (++_written > MostEachSecond)
                return Task.CompletedTask;
        }
        return WriteAsync(entry);
    }

    [LoggerMessage(LogLevel.Error, "A line of the audit log was not written: {Reason}")]
    private partial void LogLost(string reason);
}
