using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Contracts.Security;

/// <summary>The log of who did what; it is only ever appended to. Key 0.</summary>
[Alias("Platform.IAuditGrain")]
public interface IAuditGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Writes entries; durable when it returns.</summary>
    [Alias("Append")]
    Task AppendAsync(ValueList<AuditEntry> entries);

    /// <summary>Lines in order, as <see cref="AuditChain"/> makes them.</summary>
    /// <param name="after">The number after which they begin.</param>
    /// <param name="count">How many at most.</param>
    [Alias("Read")]
    Task<ValueList<string>> ReadAsync(long after, int count);

    /// <summary>The number that the next line will have; those before it, as far as they are kept, can be read.</summary>
    [AlwaysInterleave, Alias("Next")]
    Task<long> GetNextAsync();
}
