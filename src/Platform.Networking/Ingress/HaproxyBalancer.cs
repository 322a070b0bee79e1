using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Core.Collections;
using Platform.Core.Ingress;
using Platform.Core.Registry;

namespace Platform.Networking.Ingress;

/// <summary>HAProxy as ingress: its configuration is written from what this process knows of the registry, and followed.</summary>
/// <remarks>
/// Servers that come, go or drain are told at the runtime socket; a reload follows only when something else changes. Nothing is written
/// before the registry is known as a whole, so that a HAProxy that runs goes on with what it has.
/// </remarks>
public sealed partial class HaproxyBalancer : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(20);

    private readonly ServiceDirectory _directory;
    private readonly HaproxyOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<HaproxyBalancer> _logger;
    private readonly HaproxyProcess _process;
    private readonly HaproxyConfigFile _file;
    private readonly HaproxyFormerWorkers _former = new();
    private readonly HaproxySocket _socket;
    private readonly HaproxyAdmin? _admin;
    private readonly IngressTable _table = new();
    private readonly Dictionary<string, IReadOnlyList<IngressRoute>> _routes = new(StringComparer.Ordinal);
    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>(new() { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];
    private Task _following = Task.CompletedTask;
    private HaproxyPlan? _applied;
    private HaproxyPlan? _refused;
    private HaproxySettings _possible;
    private string _revision = "";
    private long _revisions;
    private bool _isKnown;
    private bool _mustReload;
    private bool _isUnsure;
    private DateTimeOffset _notBefore;
    private IReadOnlyList<string> _toldProblems = [];

    /// <summary>Follows a directory.</summary>
    public HaproxyBalancer(ServiceDirectory directory, HaproxyOptions options, TimeProvider time, ILogger<HaproxyBalancer> logger)
    {
        (_directory, _time, _logger) = (directory, time, logger);
        // Nobody asks for statistics where there are no admin paths.
        _options = options = options with { Settings = options.Settings with { StatsSocket = options.Admin is null ? null : options.ConfigPath + ".stats.sock" } };
        _possible = options.Settings;
        _file = new(options.ConfigPath);
        _process = new(options, () => _work.Writer.TryWrite(new() { MustReload = true, HasEnded = true }));
        _socket = new(options.Settings.Socket);
        _admin = options.Admin is { } address ? new(address, options.Settings.StatsSocket, this) : null;
    }

    /// <summary>How often HAProxy was started or made to reload.</summary>
    public long Reloads { get; private set; }

    /// <summary>What HAProxy goes by; null: nothing was written yet.</summary>
    public HaproxyPlan? Plan => Volatile.Read(ref _applied);

    /// <summary>What was not done as it was asked for, and why.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>Where the admin paths are served; null: nowhere.</summary>
    public Uri? AdminAddress => _admin?.Address;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_admin is not null)
            await _admin.StartAsync(cancellationToken);
        // What was written last time is better than nothing, until the registry is known.
        if (_process.IsOwn && !_process.TryAdopt() && _file.Exists)
        {
            try
            {
                await _process.ReloadAsync(cancellationToken);
            }
            catch (HaproxyException failure)
            {
                throw new IngressStartException(failure.Message, failure);
            }
        }
        _following = Task.Run(FollowAsync, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _following;
        if (_admin is not null)
            await _admin.StopAsync(cancellationToken);
        await _process.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        if (_admin is not null)
            await _admin.DisposeAsync();
        await _process.StopAsync();
        _process.Dispose();
        _stop.Dispose();
    }

    /// <summary>Ends when HAProxy goes by all that the directory has told until now, or when that was tried in vain (<see cref="Problems"/>).</summary>
    /// <param name="isComplete">The directory knows everything. Until this was said once nothing is written.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task CaughtUpAsync(bool isComplete, CancellationToken cancellationToken) => DoAsync(new() { IsComplete = isComplete, Mark = Mark() }, cancellationToken);

    /// <summary>The directory knows everything; until this was said once nothing is written.</summary>
    public void KnowsAll() => _work.Writer.TryWrite(new() { IsComplete = true });

    /// <summary>Which of these endpoints, that drain in all that it has caught up with, HAProxy still has sessions at, or may have; all, if it does not say.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlySet<string>> BusyOfAsync(IReadOnlySet<string> endpoints, CancellationToken cancellationToken)
    {
        if (Plan is not { } plan)
            return endpoints;
        try
        {
            var asked = plan.Backends.Where(backend => backend.Servers.Any(server => endpoints.Contains(server.Endpoint))).ToList();
            var servers = await _socket.BusyServersAsync(asked.Select(backend => backend.Name), cancellationToken);
            var busy = asked.SelectMany(backend => backend.Servers.Where(server => !server.IsDraining || servers.Contains((backend.Name, server.Name)))).Select(server => server.Endpoint).ToHashSet(StringComparer.Ordinal);
            busy.UnionWith(_former.Endpoints);
            busy.IntersectWith(endpoints);
            return busy;
        }
        catch (HaproxyException failure)
        {
            LogNotTold(failure.Message);
            return endpoints;
        }
    }

    /// <summary>Makes HAProxy reload with what is known.</summary>
    internal Task ReloadAsync(CancellationToken cancellationToken) => DoAsync(new() { MustReload = true, Mark = Mark() }, cancellationToken);

    /// <summary>The configuration as it is written now.</summary>
    internal string ConfigText => Plan?.Write(_revision) ?? "";

    /// <summary>The process ids of HAProxy: the master's, if it is known, and the worker's; empty: it does not answer.</summary>
    internal async Task<IReadOnlyList<int>> PidsAsync(CancellationToken cancellationToken) =>
        await _socket.ShowAsync(cancellationToken) is { } shown ? [.. _process.Master is { } master && master != shown.Pid ? [master] : Array.Empty<int>(), shown.Pid] : [];

    private static TaskCompletionSource Mark() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task DoAsync(Work work, CancellationToken cancellationToken)
    {
        if (_work.Writer.TryWrite(work))
            await work.Mark!.Task.WaitAsync(cancellationToken);
    }

    private async Task FollowAsync()
    {
        void Take(EndpointChange change) => _work.Writer.TryWrite(new() { Change = change });
        _directory.Follow(Take);
        var waiting = new List<TaskCompletionSource>();
        try
        {
            while (true)
            {
                await WaitAsync();
                var hasEnded = false;
                while (_work.Reader.TryRead(out var work))
                {
                    if (work.Change is { } change && _table.Apply(change))
                        SetRoutes(change.Service);
                    _isKnown |= work.IsComplete;
                    _mustReload |= work.MustReload;
                    hasEnded |= work.HasEnded;
                    if (work.Mark is not null)
                        waiting.Add(work.Mark);
                }
                if (hasEnded)
                {
                    LogEnded();
                    Later(_options.ReloadInterval);
                }
                if (await TryUpdateAsync())
                {
                    foreach (var mark in waiting)
                        mark.TrySetResult();
                    waiting.Clear();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The process ends.
        }
        finally
        {
            _directory.Unfollow(Take);
            _work.Writer.TryComplete();
            while (_work.Reader.TryRead(out var work))
                work.Mark?.TrySetCanceled();
            foreach (var mark in waiting)
                mark.TrySetCanceled();
        }
    }

    private void SetRoutes(string service)
    {
        var routes = _table.RoutesOf(service);
        if (routes.Count == 0)
            _routes.Remove(service);
        else
            _routes[service] = routes;
    }

    /// <summary>Waits for something to do: news, or the time of a reload that had to wait.</summary>
    private async Task WaitAsync()
    {
        if (!_mustReload)
        {
            await _work.Reader.WaitToReadAsync(_stop.Token);
            return;
        }
        var rest = _notBefore - _time.GetUtcNow();
        if (rest <= TimeSpan.Zero)
            return;
        using var due = new CancellationTokenSource(rest, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, due.Token);
        try
        {
            await _work.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // It is time.
        }
    }

    /// <returns>False: a reload has to wait, and whoever waits for it does so too.</returns>
    private async Task<bool> TryUpdateAsync()
    {
        if (!_isKnown)
        {
            if (!_mustReload || _time.GetUtcNow() < _notBefore)
                return !_mustReload;
            // It ended before the registry was known: it goes on with what was written last time.
            _mustReload = false;
            await TryAsync(async () => await _process.ReloadAsync(_stop.Token));
            return true;
        }
        // What HAProxy or the machine refused is not tried again with each change, but when something else is asked for.
        var wanted = Planned(_options.Settings);
        if (_refused is { } refused && !_mustReload && wanted.HasStructureOf(refused))
            wanted = Planned(_possible);
        if (!_isUnsure && _applied is { } standing)
        {
            await ChangeServersAsync(standing, wanted);
            if (!_mustReload && wanted.HasStructureOf(standing))
            {
                Tell(wanted.Problems);
                return true;
            }
        }
        _mustReload = true;
        if (_time.GetUtcNow() < _notBefore)
            return false;
        _mustReload = false;
        if (await TryAsync(() => ReloadAsync(wanted)))
            Later(_options.ReloadInterval, isNeeded: false);
        return true;
    }

    private async Task ChangeServersAsync(HaproxyPlan standing, HaproxyPlan wanted)
    {
        var commands = HaproxyCommands.Between(standing, wanted);
        if (commands.Count == 0)
            return;
        try
        {
            await _socket.ChangeAsync(commands, _stop.Token);
        }
        catch (HaproxyException failure)
        {
            // Nobody knows what it has done: it begins anew.
            LogNotChanged(failure.Message);
            (_mustReload, _isUnsure) = (true, true);
            return;
        }
        Volatile.Write(ref _applied, HaproxyCommands.After(standing, wanted));
        LogChanged(commands.Count);
        // For the next start of HAProxy, by whomever.
        await TryAsync(() =>
        {
            _file.Write(ConfigText);
            return Task.CompletedTask;
        });
    }

    private async Task ReloadAsync(HaproxyPlan wanted)
    {
        var revision = string.Create(CultureInfo.InvariantCulture, $"platform-{_run}-{++_revisions}");
        var asked = wanted;
        var possible = _file.TakenPorts(wanted) is { IsEmpty: false } taken ? _options.Settings with { RefusedPorts = taken } : _options.Settings;
        wanted = possible == _options.Settings ? wanted : Planned(possible);
        _file.WriteCandidate(wanted.Write(revision));
        var problem = await _process.CheckAsync(_file.Candidate, _stop.Token);
        if (problem is not null && _options.Settings.AllowsTemplates)
        {
            // One app's template must not keep all others from changing.
            LogTemplates(problem);
            possible = possible with { AllowsTemplates = false };
            wanted = Planned(possible);
            wanted = wanted with { Problems = [.. wanted.Problems, $"HAProxy refuses the configuration with the labels' templates, and goes without them: {problem}"] };
            _file.WriteCandidate(wanted.Write(revision));
            problem = await _process.CheckAsync(_file.Candidate, _stop.Token);
        }
        if (problem is not null)
            throw new HaproxyException($"HAProxy refuses the configuration {_file.Candidate}: {problem}");
        _file.Accept();
        Reloads++;
        await BecomesFormerAsync();
        await _process.ReloadAsync(_stop.Token);
        await HasComeUpAsync(revision);
        (_revision, _isUnsure) = (revision, false);
        (_refused, _possible) = (possible == _options.Settings ? null : asked, possible);
        Volatile.Write(ref _applied, wanted);
        Tell(wanted.Problems);
        LogReloaded(wanted.Backends.Count, revision);
    }

    private async Task BecomesFormerAsync()
    {
        // Nothing that is known yet has gone through a worker of before.
        if (_applied is not { } standing || await _socket.ShowAsync(_stop.Token) is not { } shown)
            return;
        var endpoints = standing.Backends.SelectMany(backend => backend.Servers).Select(server => server.Endpoint).ToHashSet(StringComparer.Ordinal);
        _former.Add(shown.Pid, _process.IsHaproxy(shown.Pid), endpoints);
    }

    private HaproxyPlan Planned(HaproxySettings settings) =>
        HaproxyPlanner.Plan(_routes.Values.SelectMany(routes => routes), settings with { CertificateFiles = CertificateFiles(settings) }, _applied);

    // Asked anew each time, and only where somebody wants one.
    private ValueList<string> CertificateFiles(HaproxySettings settings) =>
        settings.Certificates is { } folder && Directory.Exists(folder) && _routes.Values.SelectMany(routes => routes).Any(route => route.Rule.Certificate is not null)
            ? Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal).ToValueList()
            : default;

    /// <summary>The runtime socket is the old worker's until the new one has come up: what is said there before is lost.</summary>
    private async Task HasComeUpAsync(string revision)
    {
        var end = _time.GetUtcNow() + _options.ReloadTimeout;
        // A signal that comes while HAProxy executes itself anew for the one before may be lost.
        var again = end - (_options.ReloadTimeout * 2 / 3);
        while (true)
        {
            var shown = await _socket.ShowAsync(_stop.Token);
            if (shown?.Revision == revision)
                return;
            if (_time.GetUtcNow() > again)
            {
                again = DateTimeOffset.MaxValue;
                await _process.ReloadAsync(_stop.Token);
            }
            if (_time.GetUtcNow() > end)
            {
                _isUnsure = shown is null || shown.Value.Revision != _revision;
                if (_applied is not null)
                    _file.Write(ConfigText);
                throw new HaproxyException($"HAProxy did not come up with the new configuration within {_options.ReloadTimeout.TotalSeconds:0} seconds; its own log says why");
            }
            await Task.Delay(AskAgain, _time, _stop.Token);
        }
    }

    private async Task<bool> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (Exception failure) when (failure is HaproxyException or IOException or UnauthorizedAccessException)
        {
            Tell([failure.Message]);
            Later(_options.RetryInterval);
            return false;
        }
    }

    private void Later(TimeSpan time, bool isNeeded = true)
    {
        _notBefore = _time.GetUtcNow() + time;
        _mustReload |= isNeeded;
    }

    private void Tell(IEnumerable<string> problems)
    {
        Problems = [.. problems];
        foreach (var problem in Problems.Except(_toldProblems))
            LogProblem(problem);
        _toldProblems = Problems;
    }

    [LoggerMessage(LogLevel.Debug, "HAProxy does not tell what it has under way: {Reason}")]
    private partial void LogNotTold(string reason);

    [LoggerMessage(LogLevel.Information, "HAProxy runs with {Count} backends, revision {Revision}")]
    private partial void LogReloaded(int count, string revision);

    [LoggerMessage(LogLevel.Debug, "Servers of HAProxy changed by {Count} commands")]
    private partial void LogChanged(int count);

    [LoggerMessage(LogLevel.Warning, "Servers could not be changed without a reload: {Reason}")]
    private partial void LogNotChanged(string reason);

    [LoggerMessage(LogLevel.Warning, "HAProxy refuses the configuration with the templates of labels: {Reason}")]
    private partial void LogTemplates(string reason);

    [LoggerMessage(LogLevel.Warning, "HAProxy ended, and is started again")]
    private partial void LogEnded();

    [LoggerMessage(LogLevel.Warning, "{Problem}")]
    private partial void LogProblem(string problem);

    /// <summary>Something to do, and who waits for it.</summary>
    private sealed record Work
    {
        internal EndpointChange? Change { get; init; }

        internal bool IsComplete { get; init; }

        internal bool MustReload { get; init; }

        internal bool HasEnded { get; init; }

        internal TaskCompletionSource? Mark { get; init; }
    }
}
