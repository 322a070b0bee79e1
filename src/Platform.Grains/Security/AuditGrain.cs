using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Grains.Security;

/// <summary>Writes the audit log. All entries of a burst share one write.</summary>
[Reentrant, KeepAlive, GrainType("platform.audit")]
public sealed class AuditGrain([PersistentLog("audit", "platform")] IPersistentLog<AuditLine> log) : Grain, IAuditGrain
{
    /// <summary>Older lines go when there are more.</summary>
    private const int Kept = 1_000_000;

    private string _last = AuditChain.Beginning;
    private CoalescingWriter _writer = null!;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _writer = new(log.WriteAsync);
        if (log.NextSequence > log.FirstSequence && await log.ReadAsync(log.NextSequence - 1, 1) is [var last])
            _last = AuditChain.HashOf(last.Value.Text) ?? AuditChain.Beginning;
    }

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

    /// <inheritdoc/>
    public Task<long> GetNextAsync() => Task.FromResult(log.NextSequence);

    /// <inheritdoc/>
    public async Task<ValueList<string>> ReadAsync(long after, int count) =>
        [.. (await log.ReadAsync(Math.Max(after + 1, log.FirstSequence), count)).Select(entry => entry.Value.Text)];
}
