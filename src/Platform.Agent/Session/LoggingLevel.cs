using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;

namespace Platform.Agent.Session;

/// <summary>How much this agent logs: as it was started, or for some time as an operator wants it.</summary>
/// <param name="apply">Changes the loggers, with null back to how they were made; null: it cannot be done.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The agent's.</param>
internal sealed class LoggingLevel(Action<LogLevel?>? apply, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private ITimer? _end;
    private uint _level;
    private DateTimeOffset _until;

    /// <summary>What is in effect; null: as it was started.</summary>
    public AgentLogging? Current
    {
        get
        {
            lock (_gate)
            {
                var left = _until - time.GetUtcNow();
                return _level > 0 && left > TimeSpan.Zero ? new(_level, left.TotalSeconds) : null;
            }
        }
    }

    /// <summary>Sets the level for some time, after which it is 0 again.</summary>
    public void Set(AgentLogging logging)
    {
        if (apply is null)
        {
            logger.LogWarning("This agent's loggers are its host's, which does not let their level be changed");
            return;
        }
        lock (_gate)
        {
            _end?.Dispose();
            _end = null;
            var duration = TimeSpan.FromSeconds(Math.Clamp(logging.Seconds, 0, AgentLogging.LongestSeconds));
            (_level, _until) = duration > TimeSpan.Zero ? (logging.Level, time.GetUtcNow() + duration) : (0, default);
            apply(_level switch { 0 => null, 1 => LogLevel.Debug, _ => LogLevel.Trace });
            if (_level > 0)
                _end = time.CreateTimer(_ => Set(new(0, 0)), null, duration, Timeout.InfiniteTimeSpan);
        }
        logger.LogInformation("The level of logging is {Level}", logging.Level);
    }

    public void Dispose()
    {
        lock (_gate)
            _end?.Dispose();
    }
}
