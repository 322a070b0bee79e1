using Microsoft.Extensions.Logging;
using Platform.Contracts.Directory;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Grains.Registry;

/// <summary>Keeps what was registered from outside for one service, and lets it go when it is silent for too long.</summary>
/// <remarks>Heartbeats are kept in memory: a new activation gives each instance its whole time to live once more.</remarks>
[GrainType("platform.service")]
public sealed partial class ServiceGrain : Grain, IServiceGrain
{
    private readonly IPersistentState<ServiceState> _state;
    private readonly TimeProvider _time;
    private readonly ILogger<ServiceGrain> _logger;
    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private DateTimeOffset _activatedAt;
    private long _version;
    private long _toldRun;

    /// <summary>Made by the runtime.</summary>
    public ServiceGrain([PersistentState("service", "platform")] IPersistentState<ServiceState> state, TimeProvider time, ILogger<ServiceGrain> logger) =>
        (_state, _time, _logger) = (state, time, logger);

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
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task RegisterAsync(ServiceRegistration registration)
    {
        var now = _time.GetUtcNow();
        if (_state.State.Registrations.IsEmpty)
            await GrainFactory.GetGrain<IDirectoryGrain>(DirectoryKinds.Services).AddAsync([Name]);
        _state.State.Registrations = _state.State.Registrations.With(registration.Id, registration with { SeenAt = now });
        await _state.WriteStateAsync();
        _seen[registration.Id] = now;
        LogRegistered(Name, registration.Id, registration.Address);
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
        Task.FromResult(_state.State.Registrations.Values.Select(registration => registration with { SeenAt = SeenAt(registration.Id) }).ToValueList());

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
            await GrainFactory.GetGrain<IDirectoryGrain>(DirectoryKinds.Services).RemoveAsync([Name]);
            DeactivateOnIdle();
        }
    }

    private DateTimeOffset SeenAt(string id) => _seen.GetValueOrDefault(id, _activatedAt);

    private async Task RemoveAsync(List<string> ids)
    {
        _state.State.Registrations = _state.State.Registrations.Where(entry => !ids.Contains(entry.Key)).ToValueMap();
        await _state.WriteStateAsync();
        foreach (var id in ids)
            _seen.Remove(id);
        await TellAsync();
        if (_state.State.Registrations.IsEmpty)
            await GrainFactory.GetGrain<IDirectoryGrain>(DirectoryKinds.Services).RemoveAsync([Name]);
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
                    State = registration.State,
                    Weight = registration.Weight,
                    Labels = registration.Tags,
                }).ToValueList(),
            },
        ]);
    }

    [LoggerMessage(LogLevel.Information, "Service {Service}: instance {Id} registered at {Address}")]
    private partial void LogRegistered(string service, string id, string address);

    [LoggerMessage(LogLevel.Information, "Service {Service}: instance {Id} deregistered")]
    private partial void LogDeregistered(string service, string id);

    [LoggerMessage(LogLevel.Information, "Service {Service}: {Count} instances were silent for their time to live and are removed: {Ids}")]
    private partial void LogSilent(string service, int count, string ids);
}
