using Microsoft.Extensions.Logging;
using Platform.Contracts.Directory;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Grains.Registry;

/// <summary>Keeps what was registered from outside for one service, and lets it go when it is silent for too long.</summary>
/// <remarks>
/// Heartbeats are kept in memory: a new activation gives each instance its whole time to live once more. It also looks at the instances that
/// have checks; what they have found out is stored when it changes, so that a new activation begins with it.
/// </remarks>
[GrainType("platform.service")]
public sealed partial class ServiceGrain : Grain, IServiceGrain, IDisposable
{
    private readonly IPersistentState<ServiceState> _state;
    private readonly TimeProvider _time;
    private readonly ILogger<ServiceGrain> _logger;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly IInstanceProbe _probe;
    private readonly Dictionary<string, InstanceHealth> _health = new(StringComparer.Ordinal);
    private InstanceChecks? _checks;
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private DateTimeOffset _activatedAt;
    private long _version;
    private long _toldRun;

    /// <summary>Made by the runtime.</summary>
    public ServiceGrain([PersistentState("service", "platform")] IPersistentState<ServiceState> state, IInstanceProbe probe, TimeProvider time, ILogger<ServiceGrain> logger) =>
        (_state, _probe, _time, _logger) = (state, probe, time, logger);

    private string Name => this.GetPrimaryKeyString();

    private IRegistryGrain Registry => GrainFactory.GetGrain<IRegistryGrain>(0);

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _activatedAt = _time.GetUtcNow();
        // Greater than that of any earlier activation.
        _version = _activatedAt.ToUnixTimeMilliseconds() * 1000;
        foreach (var registration in _state.State.Registrations.Values)
        {
            if (registration.Health is { } health)
                _health[registration.Id] = health;
        }
        Look();
        return Task.CompletedTask;
    }

    /// <summary>Called by the runtime when the activation ends.</summary>
    public void Dispose() => _checks?.Dispose();

    /// <inheritdoc/>
    public async Task RegisterAsync(ServiceRegistration registration)
    {
        var now = _time.GetUtcNow();
        if (_state.State.Registrations.IsEmpty)
            await GrainFactory.AddToAsync(DirectoryKinds.Services, Name, _time);
        // What is registered once more as it is keeps what is known of it.
        var health = _state.State.Registrations.Find(registration.Id) is { } before && before.Address == registration.Address && before.Check == registration.Check
            ? _health.GetValueOrDefault(registration.Id)
            : null;
        _state.State.Registrations = _state.State.Registrations.With(registration.Id, registration with { SeenAt = now, Health = health });
        await _state.WriteStateAsync();
        if (health is null)
            _health.Remove(registration.Id);
        _seen[registration.Id] = now;
        LogRegistered(Name, registration.Id, registration.Address);
        await TellAsync();
        Look();
    }

    /// <inheritdoc/>
    public async Task CheckedAsync(CheckOutcome outcome)
    {
        if (_state.State.Registrations.Find(outcome.Id) is not { } registration || registration.Address != outcome.Address || registration.Check != outcome.Check)
            return;
        var before = _health.GetValueOrDefault(outcome.Id);
        var after = (before ?? new()).With(outcome.Problem, outcome.Check.Failures, _time.GetUtcNow());
        _health[outcome.Id] = after;
        if (before?.IsHealthy == after.IsHealthy)
            return;
        LogChecked(Name, outcome.Id, after.IsHealthy == true ? "is there" : "is not there", outcome.Problem);
        _state.State.Registrations = _state.State.Registrations.With(outcome.Id, registration with { Health = after });
        await _state.WriteStateAsync();
        await TellAsync();
    }

    /// <inheritdoc/>
    public async Task<bool> DeregisterAsync(string id)
    {
        if (!_state.State.Registrations.ContainsKey(id))
            return false;
        await RemoveAsync([id]);
        LogDeregistered(Name, id);
        return true;
    }

    /// <inheritdoc/>
    public Task<bool> HeartbeatAsync(string id)
    {
        if (!_state.State.Registrations.ContainsKey(id))
            return Task.FromResult(false);
        _seen[id] = _time.GetUtcNow();
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task<ValueList<ServiceRegistration>> GetRegistrationsAsync() =>
        Task.FromResult(_state.State.Registrations.Values.Select(registration => registration with { SeenAt = SeenAt(registration.Id), Health = _health.GetValueOrDefault(registration.Id) }).ToValueList());

    /// <inheritdoc/>
    public async Task TellEndpointsAsync(long run)
    {
        var now = _time.GetUtcNow();
        var silent = _state.State.Registrations.Values
            .Where(registration => registration.TtlSeconds is { } seconds && now > SeenAt(registration.Id).AddSeconds(seconds)).Select(registration => registration.Id).ToList();
        if (silent.Count > 0)
        {
            LogSilent(Name, silent.Count, string.Join(", ", silent));
            await RemoveAsync(silent);
        }
        if (_toldRun != run)
        {
            await TellAsync();
            _toldRun = run;
        }
        // A service of whose name somebody only asked.
        if (_state.State.Registrations.IsEmpty)
        {
            await GrainFactory.RemoveFromAsync(DirectoryKinds.Services, Name, _time);
            DeactivateOnIdle();
        }
    }

    private DateTimeOffset SeenAt(string id) => _seen.GetValueOrDefault(id, _activatedAt);

    private async Task RemoveAsync(List<string> ids)
    {
        _state.State.Registrations = _state.State.Registrations.Where(entry => !ids.Contains(entry.Key)).ToValueMap();
        await _state.WriteStateAsync();
        foreach (var id in ids)
        {
            _seen.Remove(id);
            _health.Remove(id);
        }
        await TellAsync();
        if (_state.State.Registrations.IsEmpty)
            await GrainFactory.RemoveFromAsync(DirectoryKinds.Services, Name, _time);
    }

    // The whole list each time: what is registered by hand is short.
    private async Task TellAsync()
    {
        var (name, framework) = ServiceNames.Split(Name);
        await Registry.ApplyAsync(
        [
            new()
            {
                Service = Name,
                To = ++_version,
                Set = _state.State.Registrations.Values.Select(registration => new ServiceEndpoint
                {
                    Id = registration.Id,
                    Framework = framework,
                    Name = name,
                    DiscoveryName = name,
                    AgentAddresses = [registration.Address],
                    Ports = registration.Ports,
                    State = registration.Check is null ? registration.State : InstanceHealth.StateOf(registration.State, registration.Health),
                    Problem = registration is { Check: not null, Health: { IsHealthy: false } health } ? health.Problem : null,
                    Weight = registration.Weight,
                    Labels = registration.Tags,
                }).ToValueList(),
            },
        ]);
    }

    /// <summary>Looks at what is due, now and every second from the first check on; the registry's word every two seconds keeps the grain in memory.</summary>
    private void Look()
    {
        if (_checks is null)
        {
            if (!_state.State.Registrations.Values.Any(registration => registration.Check is not null))
                return;
            // Outcomes come as messages, and so in turn with what else changes the record.
            var self = this.AsReference<IServiceGrain>();
            _checks = new(_probe, outcome => self.CheckedAsync(outcome).Ignore(), _time);
            this.RegisterGrainTimer(() =>
            {
                Look();
                return Task.CompletedTask;
            }, LookEvery, LookEvery);
        }
        _checks.Look(_state.State.Registrations.Values);
    }

    [LoggerMessage(LogLevel.Information, "Service {Service}: instance {Id} {Finding}: {Problem}")]
    private partial void LogChecked(string service, string id, string finding, string? problem);

    [LoggerMessage(LogLevel.Information, "Service {Service}: instance {Id} registered at {Address}")]
    private partial void LogRegistered(string service, string id, string address);

    [LoggerMessage(LogLevel.Information, "Service {Service}: instance {Id} deregistered")]
    private partial void LogDeregistered(string service, string id);

    [LoggerMessage(LogLevel.Information, "Service {Service}: {Count} instances were silent for their time to live and are removed: {Ids}")]
    private partial void LogSilent(string service, int count, string ids);
}
