using StackExchange.Redis;

namespace Platform.Grains.Orleans;

/// <summary>
/// A collection as one hash: the field <c>etag</c> and a field <c>i:KEY</c> per item. The hash stays when all items are gone, so that
/// no version is given twice.
/// </summary>
internal sealed class RedisItemsStore(IDatabase database, RedisKey key, string name) : IItemsStore
{
    private const string Prefix = "i:";

    // ARGV: expected version or '', new version, '1' to clear, then field, '1' and value or field, '0' and '' per change.
    private const string WriteScript = """
        local stored = redis.call('HGET', KEYS[1], 'etag') or ''
        if stored ~= ARGV[1] then return stored end
        if ARGV[3] == '1' then redis.call('DEL', KEYS[1]) end
        for i = 4, #ARGV, 3 do
            if ARGV[i + 1] == '1' then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2]) else redis.call('HDEL', KEYS[1], ARGV[i]) end
        end
        redis.call('HSET', KEYS[1], 'etag', ARGV[2])
        return false
        """;

    public async Task<(long? Etag, IReadOnlyCollection<KeyValuePair<string, byte[]>> Items)> ReadAsync()
    {
        long? etag = null;
        var items = new List<KeyValuePair<string, byte[]>>();
        foreach (var entry in await database.HashGetAllAsync(key))
        {
            var field = (string)entry.Name!;
            if (field.StartsWith(Prefix, StringComparison.Ordinal))
            {
                items.Add(new(field[Prefix.Length..], (byte[])entry.Value!));
            }
            else
            {
                etag = (long)entry.Value;
            }
        }

        return (etag, items);
    }

    public async Task<long> WriteAsync(long? expected, bool clear, IReadOnlyCollection<KeyValuePair<string, byte[]?>> changes)
    {
        var etag = (expected ?? 0) + 1;
        var arguments = new List<RedisValue>(3 + (3 * changes.Count)) { RedisScript.Version(expected), etag, clear ? 1 : 0 };
        foreach (var (item, value) in changes)
        {
            arguments.AddRange([Prefix + item, value is null ? 0 : 1, value ?? RedisValue.EmptyString]);
        }

        await RedisScript.WriteAsync(database, WriteScript, key, arguments, $"items '{name}'", expected);
        return etag;
    }
}
