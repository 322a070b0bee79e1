using StackExchange.Redis;

namespace Platform.Grains.Orleans;

/// <summary>Runs the scripts that write under the guard of a version. Redis runs a script as one step.</summary>
internal static class RedisScript
{
    /// <summary>A version as the scripts compare it.</summary>
    public static RedisValue Version(long? etag) => etag is { } version ? version : RedisValue.EmptyString;

    /// <param name="database">Where.</param>
    /// <param name="script">Returns the stored version when that is not the expected one, else nothing.</param>
    /// <param name="key">The hash that is written.</param>
    /// <param name="arguments">Of the script.</param>
    /// <param name="what">For the message of a conflict.</param>
    /// <param name="expected">The version the write is based on.</param>
    /// <exception cref="InconsistentStateException">Another version is stored.</exception>
    /// <exception cref="StorageException">Redis is away or refused.</exception>
    public static async Task WriteAsync(IDatabase database, string script, RedisKey key, List<RedisValue> arguments, string what, long? expected)
    {
        RedisResult stored;
        try
        {
            stored = await database.ScriptEvaluateAsync(script, [key], [.. arguments]);
        }
        catch (Exception failure) when (failure is RedisException or RedisTimeoutException)
        {
            throw new StorageException($"Redis did not take a write of {what} at {key}: {failure.Message} Whether it is stored is known when the grain is activated again.", failure);
        }

        if (!stored.IsNull)
        {
            throw new InconsistentStateException(
                $"The {what} at {key} were written by something else: version {stored} is stored, version {expected?.ToString() ?? "none"} was expected.",
                (string?)stored ?? "",
                expected?.ToString() ?? "");
        }
    }
}
