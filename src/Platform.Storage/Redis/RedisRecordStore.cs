using Platform.Storage.Records;
using StackExchange.Redis;

namespace Platform.Storage.Redis;

/// <summary>The records of all grains in Redis.</summary>
/// <remarks>
/// A record is a hash at <c>{CLUSTER/GRAIN}</c> with the fields <c>version</c>, <c>s:NAME</c> for each state, <c>i:COLLECTION/KEY</c> for each
/// item and <c>l:NAME</c> (<c>FIRST NEXT</c>) for the bounds of each log; the entries of a log are a hash of its own at
/// <c>{CLUSTER/GRAIN}/NAME</c>, by sequence number. The braces keep all keys of a record on one node of a sharded Redis. A write is one
/// script. Versions are times of Redis' clock in microseconds, or one more than the last one, so that a record that was removed and made again has no
/// version twice.
/// </remarks>
internal sealed class RedisRecordStore(string cluster, ConfigurationOptions options) : IRecordStore, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    /// <summary>What one command carries at most, but for a single value that is larger.</summary>
    private const int MaximumBytes = 512 * 1024;

    private const int StagedForSeconds = 60;

    // KEYS: the record, what is staged of a large write (or the record again), the logs.
    // ARGV: expected version or '', number of logs, then for each log its name, first, next, then for collections that are cleared their
    // number and names, then pairs of field and value, where fields begin with '+' (set) or '-' (remove).
    private const string WriteScript = """
        local record, staged = KEYS[1], KEYS[2]
        local stored = redis.call('HGET', record, 'version') or ''
        if stored ~= ARGV[1] then return {0, stored} end
        local at = 2
        local logs = tonumber(ARGV[at]); at = at + 1
        local bounds = {}
        for i = 1, logs do
            bounds[i] = {ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2]}
            at = at + 3
        end
        local cleared = tonumber(ARGV[at]); at = at + 1
        for i = 1, cleared do
            local prefix = 'i:' .. ARGV[at] .. '/'
            at = at + 1
            for _, field in ipairs(redis.call('HKEYS', record)) do
                if string.sub(field, 1, #prefix) == prefix then redis.call('HDEL', record, field) end
            end
        end
        local function apply(field, value)
            local kind, name = string.sub(field, 1, 1), string.sub(field, 2)
            if kind == '+' then redis.call('HSET', record, name, value)
            elseif kind == '-' then redis.call('HDEL', record, name)
            else
                local log, sequence = string.match(name, '^(%d+):(%d+)$')
                redis.call('HSET', KEYS[2 + tonumber(log)], sequence, value)
            end
        end
        if staged ~= record then
            local fields = redis.call('HGETALL', staged)
            for i = 1, #fields, 2 do apply(fields[i], fields[i + 1]) end
            redis.call('DEL', staged)
        end
        for i = at, #ARGV, 2 do apply(ARGV[i], ARGV[i + 1]) end
        for i = 1, logs do
            local name, first, next = bounds[i][1], bounds[i][2], bounds[i][3]
            local before = redis.call('HGET', record, 'l:' .. name)
            local from = before and tonumber(string.match(before, '^(%d+) ')) or 1
            for sequence = from, first - 1 do redis.call('HDEL', KEYS[2 + i], string.format('%.0f', sequence)) end
            redis.call('HSET', record, 'l:' .. name, string.format('%.0f', first) .. ' ' .. next)
        end
        redis.call('HDEL', record, 'version')
        if redis.call('EXISTS', record) == 0 then return {1, ''} end
        local time = redis.call('TIME')
        local version = tonumber(time[1]) * 1000000 + tonumber(time[2])
        if stored ~= '' and tonumber(stored) >= version then version = tonumber(stored) + 1 end
        version = string.format('%.0f', version)
        redis.call('HSET', record, 'version', version)
        return {1, version}
        """;

    private ConnectionMultiplexer? _connection;
    private long _stagedWrites;

    /// <summary>Connects before the first grain is made, which must not wait for it on the thread that makes it.</summary>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(RedisRecordStore), ServiceLifecycleStage.RuntimeInitialize, async _ => await ConnectAsync(), _ => Task.CompletedTask);

    public async Task ConnectAsync() => _connection ??= await ConnectionMultiplexer.ConnectAsync(options);

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    public async Task<StoredRecord> ReadAsync(GrainId grain)
    {
        var stored = new StoredRecord();
        foreach (var entry in await AskAsync(grain, database => database.HashGetAllAsync(Key(grain))))
        {
            var field = (string)entry.Name!;
            switch (field)
            {
                case "version":
                    stored.Version = (long)entry.Value;
                    break;
                case ['s', ':', ..]:
                    stored.States.Add(field[2..], (byte[])entry.Value!);
                    break;
                case ['i', ':', ..]:
                    var slash = field.IndexOf('/', StringComparison.Ordinal);
                    stored.AddItem(field[2..slash], field[(slash + 1)..], (byte[])entry.Value!);
                    break;
                case ['l', ':', ..]:
                    var bounds = ((string)entry.Value!).Split(' ');
                    stored.Logs.Add(field[2..], (long.Parse(bounds[0]), long.Parse(bounds[1])));
                    break;
            }
        }

        return stored;
    }

    public async Task<IReadOnlyList<(long Sequence, byte[] Value)>> ReadEntriesAsync(GrainId grain, string log, long from, int count)
    {
        var numbers = Enumerable.Range(0, count).Select(i => (RedisValue)(from + i)).ToArray();
        var values = await AskAsync(grain, database => database.HashGetAsync(LogKey(grain, log), numbers));
        return [.. values.Select((value, i) => (from + i, value)).Where(entry => !entry.value.IsNull).Select(entry => (entry.Item1, (byte[])entry.value!))];
    }

    public async Task<long?> WriteAsync(GrainId grain, long? expected, RecordChanges changes)
    {
        var record = Key(grain);
        var fields = Fields(changes);
        var staged = record;
        if (Size(fields) > MaximumBytes)
        {
            staged = $"{record}/staged/{Environment.ProcessId}-{Guid.NewGuid():N}-{Interlocked.Increment(ref _stagedWrites)}";
            await AskAsync(grain, database => StageAsync(database, staged, fields));
            fields = [];
        }

        List<RedisKey> keys = [record, staged, .. changes.Logs.Select(log => LogKey(grain, log.Name))];
        List<RedisValue> arguments = [expected is { } version ? version : RedisValue.EmptyString, changes.Logs.Count];
        foreach (var log in changes.Logs)
            arguments.AddRange([log.Name, log.First, log.From + log.Entries.Count]);
        var cleared = changes.Collections.FindAll(collection => collection.Clear);
        arguments.Add(cleared.Count);
        arguments.AddRange(cleared.Select(collection => (RedisValue)collection.Name));
        foreach (var field in fields)
            arguments.AddRange([field.Name, field.Value]);

        var answer = (RedisResult[])(await AskAsync(grain, database => database.ScriptEvaluateAsync(WriteScript, [.. keys], [.. arguments])))!;
        var stored = (string?)answer[1];
        if ((int)answer[0] == 0)
        {
            throw new InconsistentStateException(
                $"The record of grain {grain} was written by something else: version {(stored is "" ? "none" : stored)} is stored, version {expected?.ToString() ?? "none"} was expected.",
                stored ?? "",
                expected?.ToString() ?? "");
        }

        return stored is "" or null ? null : long.Parse(stored);
    }

    private static List<HashEntry> Fields(RecordChanges changes)
    {
        var fields = new List<HashEntry>();
        foreach (var (name, value) in changes.States)
            fields.Add(value is null ? new($"-s:{name}", "") : new($"+s:{name}", value));
        foreach (var collection in changes.Collections)
        {
            foreach (var (key, value) in collection.Items)
                fields.Add(value is null ? new($"-i:{collection.Name}/{key}", "") : new($"+i:{collection.Name}/{key}", value));
        }

        for (var log = 0; log < changes.Logs.Count; log++)
        {
            var (from, entries) = (changes.Logs[log].From, changes.Logs[log].Entries);
            for (var i = 0; i < entries.Count; i++)
                fields.Add(new($">{log + 1}:{from + i}", entries[i]));
        }

        return fields;
    }

    private static long Size(List<HashEntry> fields) => fields.Sum(field => field.Name.Length() + field.Value.Length());

    /// <summary>A write that is larger than one command may be is brought in pieces, under a key that nothing reads before the script does.</summary>
    private static async Task<bool> StageAsync(IDatabase database, RedisKey staged, List<HashEntry> fields)
    {
        for (var at = 0; at < fields.Count;)
        {
            var (from, bytes) = (at, 0L);
            while (at < fields.Count && (at == from || bytes < MaximumBytes))
            {
                bytes += fields[at].Name.Length() + fields[at].Value.Length();
                at++;
            }

            await database.HashSetAsync(staged, [.. fields.GetRange(from, at - from)]);
            if (from == 0)
                await database.KeyExpireAsync(staged, TimeSpan.FromSeconds(StagedForSeconds));
        }

        return true;
    }

    private RedisKey Key(GrainId grain) => $"{{{cluster}/{grain}}}";

    private RedisKey LogKey(GrainId grain, string log) => $"{Key(grain)}/{log}";

    private async Task<T> AskAsync<T>(GrainId grain, Func<IDatabase, Task<T>> ask)
    {
        try
        {
            return await ask((_connection ?? throw new StorageException("Redis is not connected to yet: the silo is starting.")).GetDatabase());
        }
        catch (Exception failure) when (failure is RedisException or RedisTimeoutException or ObjectDisposedException)
        {
            throw new StorageException(
                $"Redis did not read or write the record of grain {grain}: {failure.Message} What is stored is known when it is read again. Check that Redis runs, has room, and lets this user write.", failure);
        }
    }
}
