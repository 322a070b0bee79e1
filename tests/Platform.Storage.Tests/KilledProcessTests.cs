using System.Diagnostics;
using Platform.Storage.Records;
using Platform.Storage.Redis;
using Platform.Storage.Sqlite;
using Platform.Tests.Hosting;
using StackExchange.Redis;

namespace Platform.Storage.Tests;

/// <summary>kill -9 in the midst of writes: what was acknowledged is there, and no record is torn.</summary>
public sealed class KilledProcessTests
{
    private const int Rounds = 5;

    [Fact]
    public async Task A_killed_process_loses_nothing_it_acknowledged_in_sqlite_and_tears_no_record()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var directory = Directory.CreateTempSubdirectory("killed-").FullName;
            var acknowledged = await WriteUntilKilledAsync(100 + (50 * round), "sqlite", directory, process =>
            {
                process.Kill();
                return Task.CompletedTask;
            });

            // Its lock is gone too.
            using (var store = new SqliteRecordStore(directory))
            {
                store.Open();
                await CheckAsync(store, acknowledged);
            }

            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_killed_process_leaves_no_torn_record_in_redis()
    {
        await using var redis = await RedisServer.StartAsync();
        var acknowledged = await WriteUntilKilledAsync(200, "redis", redis.Address, process =>
        {
            process.Kill();
            return Task.CompletedTask;
        });
        await CheckRedisAsync(redis, acknowledged);
    }

    [Fact]
    public async Task A_killed_redis_loses_nothing_it_acknowledged_and_tears_no_record()
    {
        for (var round = 0; round < Rounds; round++)
        {
            await using var redis = await RedisServer.StartAsync();
            var acknowledged = await WriteUntilKilledAsync(100 + (30 * round), "redis", redis.Address, async process =>
            {
                await redis.KillAsync();
                process.Kill();
            });
            await redis.RunAsync();
            await CheckRedisAsync(redis, acknowledged);
        }
    }

    private static async Task<int[]> WriteUntilKilledAsync(int lines, string kind, string where, Func<Process, Task> kill)
    {
        var acknowledged = new int[CrashWriter.Writers];
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CrashWriter).Assembly.Location, kind, where])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        for (var line = 0; line < lines; line++)
            Note(await process.StandardOutput.ReadLineAsync());
        await kill(process);

        // What it told before it died counts as well, the last line perhaps cut.
        var rest = (await process.StandardOutput.ReadToEndAsync()).Split('\n');
        foreach (var line in rest[..^1])
            Note(line);
        await process.WaitForExitAsync();
        return acknowledged;

        void Note(string? line)
        {
            var parts = line.ShouldNotBeNull().Split(' ');
            acknowledged[int.Parse(parts[0])] = int.Parse(parts[1]);
        }
    }

    private static async Task CheckRedisAsync(RedisServer redis, int[] acknowledged)
    {
        await using var store = new RedisRecordStore("crash", ConfigurationOptions.Parse(redis.Address));
        await store.ConnectAsync();
        await CheckAsync(store, acknowledged);
    }

    private static async Task CheckAsync(IRecordStore store, int[] acknowledged)
    {
        for (var writer = 0; writer < acknowledged.Length; writer++)
        {
            var stored = await store.ReadAsync(CrashWriter.Grain(writer));
            if (stored.Version is null && acknowledged[writer] == 0)
                continue;
            var number = BitConverter.ToInt32(stored.States["state"]);

            // One more may have been stored and not yet told.
            number.ShouldBeInRange(acknowledged[writer], acknowledged[writer] + 1);
            stored.Collections["items"].Select(item => BitConverter.ToInt32(item.Value)).ShouldBe([number, number, number]);
            stored.Logs["log"].ShouldBe((number, number + 1));
            (await store.ReadEntriesAsync(CrashWriter.Grain(writer), "log", 0, number + 5)).Select(entry => BitConverter.ToInt32(entry.Value)).ShouldBe([number]);
        }
    }
}
