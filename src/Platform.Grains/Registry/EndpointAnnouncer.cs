using Microsoft.Extensions.Logging;
using Platform.Contracts.Registry;
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
    private readonly Func<EndpointChange, Task<RegistryAnswer>> _apply;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AnnouncedEndpoints _endpoints;
    private long _toldIndex;
    private bool _isRunning;
    private Task? _running;

    /// <summary>For the part that an owner has in a service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="owner">The owner.</param>
    /// <param name="apply">Tells the registry.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The owner's.</param>
    public EndpointAnnouncer(string service, string owner, Func<EndpointChange, Task<RegistryAnswer>> apply, TimeProvider time, ILogger logger)
    {
        (_service, _apply, _time, _logger) = (service, apply, time, logger);
        // Greater than that of any earlier activation.
        _endpoints = new(service, owner, time.GetUtcNow().ToUnixTimeMilliseconds() * 1000);
    }

    /// <summary>There are endpoints, or there were, and the registry has not been told that they are gone.</summary>
    public bool HasAnything => _endpoints.HasAnything || _isRunning;

    /// <summary>There are no endpoints; the registry may not know of it yet.</summary>
    public bool IsEmpty => _endpoints.IsEmpty;

    /// <summary>Whether there is an endpoint of this id.</summary>
    public bool Has(string id) => _endpoints.Has(id);

    /// <summary>An endpoint is there or has changed. False: it is as it was.</summary>
    public bool Set(ServiceEndpoint endpoint) => _endpoints.Set(endpoint);

    /// <summary>An endpoint is gone. False: there was none.</summary>
    public bool Remove(string id) => _endpoints.Remove(id);

    /// <summary>Tells everything again: the registry has begun anew.</summary>
    /// <param name="evenNothing">Also that there is nothing: an earlier activation may have told of something.</param>
    public void TellAll(bool evenNothing = false)
    {
        _endpoints.TellAll(evenNothing);
        Announce();
    }

    /// <summary>Tells what has changed, soon. It does not wait.</summary>
    public void Announce()
    {
        if (_isRunning || !_endpoints.MustTell)
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
            while (_endpoints.MustTell)
            {
                var change = _endpoints.Next();
                try
                {
                    var answer = await _apply(change);
                    if (answer.Missing.Contains(_service))
                    {
                        _endpoints.TellAll();
                        continue;
                    }
                    _endpoints.Told(change);
                    _toldIndex = answer.Index;
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogNotTold(failure, _service);
                    _endpoints.TellAll();
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

    [LoggerMessage(LogLevel.Warning, "The registry could not be told of {Service}; it is told again")]
    private partial void LogNotTold(Exception failure, string service);
}
