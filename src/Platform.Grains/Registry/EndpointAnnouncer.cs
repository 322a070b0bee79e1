using Microsoft.Extensions.Logging;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Grains.Registry;

/// <summary>Tells the registry of an owner's endpoints: changes while they get there, the whole when one did not.</summary>
/// <remarks>
/// One call is under way at a time; what changes meanwhile goes with the next. A call that fails is made again after a second with everything,
/// so that nothing depends on a message that may be lost.
/// </remarks>
internal sealed partial class EndpointAnnouncer
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly string _service;
    private readonly string _owner;
    private readonly Func<IRegistryGrain> _registry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, ServiceEndpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _removed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _changed = new(StringComparer.Ordinal);
    private long _version;
    private long _told;
    private bool _tellsAll = true;
    private bool _tellsNothing;
    private long _toldIndex;
    private bool _isRunning;
    private Task? _running;

    /// <summary>For the part that an owner has in a service.</summary>
    public EndpointAnnouncer(string service, string owner, Func<IRegistryGrain> registry, TimeProvider time, ILogger logger)
    {
        (_service, _owner, _registry, _time, _logger) = (service, owner, registry, time, logger);
        // Greater than that of any earlier activation.
        _version = time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
    }

    /// <summary>There are endpoints, or there were, and the registry has not been told that they are gone.</summary>
    public bool HasAnything => _endpoints.Count > 0 || _isRunning || _told < _version && !_tellsAll;

    /// <summary>There are no endpoints; the registry may not know of it yet.</summary>
    public bool IsEmpty => _endpoints.Count == 0;

    /// <summary>Whether there is an endpoint of this id.</summary>
    public bool Has(string id) => _endpoints.ContainsKey(id);

    /// <summary>An endpoint is there or has changed. False: it is as it was.</summary>
    public bool Set(ServiceEndpoint endpoint)
    {
        if (_endpoints.TryGetValue(endpoint.Id, out var known) && known == endpoint)
            return false;
        _endpoints[endpoint.Id] = endpoint;
        _removed.Remove(endpoint.Id);
        _changed[endpoint.Id] = ++_version;
        return true;
    }

    /// <summary>An endpoint is gone. False: there was none.</summary>
    public bool Remove(string id)
    {
        if (!_endpoints.Remove(id))
            return false;
        _changed.Remove(id);
        _removed[id] = ++_version;
        return true;
    }

    /// <summary>Tells everything again: the registry has begun anew.</summary>
    /// <param name="evenNothing">Also that there is nothing: an earlier activation may have told of something.</param>
    public void TellAll(bool evenNothing = false)
    {
        _tellsAll = true;
        _tellsNothing |= evenNothing;
        Announce();
    }

    /// <summary>Tells what has changed, soon. It does not wait.</summary>
    public void Announce()
    {
        if (_isRunning || (_told == _version && !_tellsAll) || (_tellsAll && _endpoints.Count == 0 && _removed.Count == 0 && !_tellsNothing))
            return;
        _isRunning = true;
        var running = RunAsync();
        running.Ignore();
        _running = _isRunning ? running : null;
    }

    /// <summary>Tells what has changed and waits for it.</summary>
    /// <returns>The number in the registry that whoever knows of it has come to; 0: it could not be told in time.</returns>
    public async Task<long> TellAsync(TimeSpan longest)
    {
        Announce();
        if (_running is null)
            return _toldIndex;
        try
        {
            await _running.WaitAsync(longest, _time);
            return _toldIndex;
        }
        catch (TimeoutException)
        {
            return 0;
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (_tellsAll || _told < _version)
            {
                var change = Next();
                try
                {
                    var answer = await _registry().ApplyAsync([change]);
                    if (answer.Missing.IsEmpty)
                        Told(change, answer.Index);
                    else
                        _tellsAll = true;
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogNotTold(failure, _service);
                    _tellsAll = true;
                    await Task.Delay(RetryAfter, _time);
                }
            }
        }
        finally
        {
            _isRunning = false;
            _running = null;
        }
    }

    private EndpointChange Next()
    {
        var all = _tellsAll;
        _tellsAll = false;
        return new()
        {
            Service = _service,
            Owner = _owner,
            From = all ? null : _told,
            To = _version,
            Set = (all ? _endpoints.Values : _changed.Keys.Select(id => _endpoints[id])).ToValueList(),
            Removed = all ? default : _removed.Keys.ToValueList(),
        };
    }

    private void Told(EndpointChange change, long index)
    {
        _told = change.To;
        _toldIndex = index;
        _tellsNothing = false;
        foreach (var (id, version) in _changed)
        {
            if (version <= change.To)
                _changed.Remove(id);
        }
        foreach (var (id, version) in _removed)
        {
            if (version <= change.To)
                _removed.Remove(id);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The registry could not be told of {Service}; it is told again")]
    private partial void LogNotTold(Exception failure, string service);
}
