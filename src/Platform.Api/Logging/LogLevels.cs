using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Platform.Api.Logging;

/// <summary>Log levels by category that were set while the server runs. <c>ROOT</c> is every category.</summary>
public sealed class LogLevels : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>, IDisposable
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, LogLevel> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _resets = new(StringComparer.Ordinal);
    private CancellationTokenSource _changed = new();
    private LogLevel _base = LogLevel.Information;

    /// <summary>The category of all that is ours.</summary>
    public const string Ours = "Platform";

    /// <inheritdoc/>
    public string? Name => Options.DefaultName;

    /// <summary>The levels in effect, the root's included.</summary>
    public IReadOnlyDictionary<string, LogLevel> Current
    {
        get
        {
            lock (_lock)
            {
                var levels = new SortedDictionary<string, LogLevel>(_levels, StringComparer.Ordinal);
                levels.TryAdd("ROOT", _base);
                return levels;
            }
        }
    }

    /// <summary>Sets a level, for good or for some time.</summary>
    public void Set(string category, LogLevel level, TimeSpan? duration, TimeProvider time)
    {
        lock (_lock)
        {
            _levels[category] = level;
            if (_resets.Remove(category, out var old))
                old.Dispose();
            if (duration is { } limited)
                _resets[category] = time.CreateTimer(_ => Reset(category), null, limited, Timeout.InfiniteTimeSpan);
        }
        Announce();
    }

    /// <summary>Sets a level for good, or with null ends what was set.</summary>
    public void Set(string category, LogLevel? level)
    {
        if (level is { } wanted)
            Set(category, wanted, null, TimeProvider.System);
        else
            Reset(category);
    }

    /// <summary>Ends what was set for a category.</summary>
    public void Reset(string category)
    {
        lock (_lock)
        {
            _levels.Remove(category);
            if (_resets.Remove(category, out var timer))
                timer.Dispose();
        }
        Announce();
    }

    /// <inheritdoc/>
    public void Configure(LoggerFilterOptions options)
    {
        lock (_lock)
        {
            _base = options.MinLevel;
            foreach (var (category, level) in _levels)
            {
                // The lowest of all levels is checked first, so it must let through what a rule wants.
                options.MinLevel = (LogLevel)Math.Min((int)options.MinLevel, (int)level);
                options.Rules.Add(new(null, category == "ROOT" ? null : category, level, null));
            }
            if (_levels.Count > 0 && !_levels.ContainsKey("ROOT"))
                options.Rules.Insert(0, new(null, null, _base, null));
        }
    }

    /// <inheritdoc/>
    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var timer in _resets.Values)
                timer.Dispose();
            _resets.Clear();
        }
        _changed.Dispose();
    }

    private void Announce()
    {
        var changed = Interlocked.Exchange(ref _changed, new());
        changed.Cancel();
        changed.Dispose();
    }
}
