using Platform.Storage.Records;
using Platform.Storage.Redis;
using Platform.Storage.Sqlite;
using StackExchange.Redis;

namespace Platform.Storage.Tests;

/// <summary>The test assembly as a program: writes records, each part of one with the same number, and tells each acknowledged write, until it is killed.</summary>
internal static class CrashWriter
{
    public const int Writers = 8;

    /// <summary>Arguments: <c>sqlite DIRECTORY</c> or <c>redis HOST:PORT</c>.</summary>
    public static async Task<int> Main(string[] args)
    {
        IRecordStore store;
        if (args[0] == "sqlite")
        {
            var sqlite = new SqliteRecordStore(args[1]);
            sqlite.Open();
            store = sqlite;
        }
        else
        {
            var redis = new RedisRecordStore("crash", ConfigurationOptions.Parse(args[1]));
            await redis.ConnectAsync();
            store = redis;
        }

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var grain = Grain(writer);
            var version = (await store.ReadAsync(grain)).Version;
            for (var i = 1; ; i++)
            {
                var number = BitConverter.GetBytes(i);
                var changes = new RecordChanges();
                changes.States.Add(new("state", number));

                // Every other writer's writes are larger than one command may be.
                changes.Collections.Add(new("items", false, [new("a", number), new("b", writer % 2 == 0 ? number : [.. number, .. new byte[600_000]]), new("c", number)]));
                changes.Logs.Add(new("log", i, i, [number]));
                version = await store.WriteAsync(grain, version, changes);
                await Console.Out.WriteLineAsync($"{writer} {i}");
            }
        }));
        return 0;
    }

    public static GrainId Grain(int writer) => GrainId.Create("crash", $"{writer}");
}
