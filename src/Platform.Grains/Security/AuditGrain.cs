using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Grains.Security;

/// <summary>Writes the audit log. All entries of a burst share one write.</summary>
[Reentrant, KeepAlive, GrainType("platform.audit")]
public sealed partial class AuditGrain(
    [PersistentLog("audit", "platform")] IPersistentLog<AuditLine> log,
    [PersistentState("audit-export", "platform")] IPersistentState<AuditExportState> export,
    IOptions<AuditOptions> options,
    ILogger<AuditGrain> logger) : Grain, IAuditGrain, IDisposable
{
    private const int LinesAtOnce = 200;

    /// <summary>So often a syslog that did not take them is tried again, and how far it has come is written down.</summary>
    private static readonly TimeSpan ExportPeriod = TimeSpan.FromSeconds(1);


    /// <summary>Older lines go when there are more.</summary>
    private const int Kept = 1_000_000;

    private string _last = AuditChain.Beginning;
    private CoalescingWriter _writer = null!;
    private SyslogSender? _syslog;
    private long _told;
    private bool _isTelling;
    private bool _isAway;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _writer = new(log.WriteAsync);
        if (log.NextSequence > log.FirstSequence && await log.ReadAsync(log.NextSequence - 1, 1) is [var last])
            _last = AuditChain.HashOf(last.Value.Text) ?? AuditChain.Beginning;
        if (options.Value.Syslog is not { } target)
            return;
        _syslog = new(target, options.Value.SyslogAuthorities);
        // What was written before there was a syslog is not told.
        _told = export.State.Told ?? log.NextSequence - 1;
        this.RegisterGrainTimer(TellAsync, new GrainTimerCreationOptions(TimeSpan.Zero, ExportPeriod) { Interleave = true, KeepAlive = true });
    }

    /// <inheritdoc/>
    public void Dispose() => _syslog?.Dispose();

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task AppendAsync(ValueList<AuditEntry> entries)
    {
        foreach (var entry in entries.AsEnumerable())
        {
            var line = AuditChain.Line(log.NextSequence, entry, _last);
            _last = AuditChain.HashOf(line)!;
            log.Append(new(line));
        }
        log.TrimBefore(Math.Max(log.FirstSequence, log.NextSequence - Kept));
        await _writer.WriteAsync();
    }

    // Each line at least once, in order: how far it was told is written down after it, and not for each line.
    private async Task TellAsync()
    {
        if (_isTelling)
            return;
        _isTelling = true;
        try
        {
            while (_told < log.NextSequence - 1)
            {
                var lines = await log.ReadAsync(Math.Max(_told + 1, log.FirstSequence), LinesAtOnce);
                if (lines.Count == 0)
                    break;
                await _syslog!.SendAsync([.. lines.Select(line => SyslogMessage.Of(line.Value.Text, Environment.MachineName, Environment.ProcessId))], CancellationToken.None);
                _told = lines[^1].Sequence;
            }
            if (_isAway)
                LogBack(_told);
            _isAway = false;
        }
        catch (IOException failure)
        {
            if (!_isAway)
                LogAway(failure.Message);
            _isAway = true;
        }
        finally
        {
            _isTelling = false;
        }
        if (export.State.Told == _told)
            return;
        export.State.Told = _told;
        try
        {
            await export.WriteStateAsync();
        }
        catch (StorageException)
        {
            DeactivateOnIdle();
        }
    }

    [LoggerMessage(LogLevel.Error, "The audit log is not told to the syslog, and is again as soon as it answers; nothing is lost meanwhile: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "The syslog answers again, it has the audit log up to line {Line}")]
    private partial void LogBack(long line);

    /// <inheritdoc/>
    public Task<long> GetNextAsync() => Task.FromResult(log.NextSequence);

    /// <inheritdoc/>
    public async Task<ValueList<string>> ReadAsync(long after, int count) =>
        [.. (await log.ReadAsync(Math.Max(after + 1, log.FirstSequence), count)).Select(entry => entry.Value.Text)];
}
