using StackExchange.Redis;

namespace Platform.Grains.Orleans;

/// <summary>A log as one hash: the fields <c>etag</c>, <c>first</c> and <c>next</c>, and a field per entry, named by its sequence number.</summary>
internal sealed class RedisLogStore(IDatabase database, RedisKey key, string name) : ILogStore
{
    // ARGV: expected version or '', new version, first, number of the first new entry, then the new entries.
    private const string WriteScript = """
        local stored = redis.call('HGET', KEYS[1], 'etag') or ''
        if stored ~= ARGV[1] then return stored end
        local first, from = tonumber(ARGV[3]), tonumber(ARGV[4])
        for i = 5, #ARGV do redis.call('HSET', KEYS[1], string.format('%.0f', from + i - 5), ARGV[i]) end
        for i = tonumber(redis.call('HGET', KEYS[1], 'first') or '1'), first - 1 do redis.call('HDEL', KEYS[1], string.format('%.0f', i)) end
        redis.call('HSET', KEYS[1], 'etag', ARGV[2], 'first', ARGV[3], 'next', string.format('%.0f', from + #ARGV - 4))
        return false
        """;

    public async Task<(long Etag, long First, long Next)?> ReadAsync()
    {
        var bounds = await database.HashGetAsync(key, ["etag", "first", "next"]);
        return bounds[0].IsNull ? null : ((long)bounds[0], (long)bounds[1], (long)bounds[2]);
    }

    public async Task<IReadOnlyList<(long Sequence, byte[] Value)>> ReadAsync(long from, int count)
    {
        var numbers = Enumerable.Range(0, count).Select(i => (RedisValue)(from + i)).ToArray();
        var values = await database.HashGetAsync(key, numbers);
        return [.. values.Select((value, i) => (from + i, value)).Where(entry => !entry.value.IsNull).Select(entry => (entry.Item1, (byte[])entry.value!))];
    }

    public async Task<long> WriteAsync(long? expected, long first, long from, IReadOnlyList<byte[]> entries)
    {
        var etag = (expected ?? 0) + 1;
        List<RedisValue> arguments = [RedisScript.Version(expected), etag, first, from, .. entries.Select(entry => (RedisValue)entry)];
        await RedisScript.WriteAsync(database, WriteScript, key, arguments, $"entries of log '{name}'", expected);
        return etag;
    }
}
