using Platform.GrainRuntime.Sqlite;

namespace Platform.GrainRuntime.Tests;

/// <summary>The test assembly as a program: writes to a data directory and tells each acknowledged write, until it is killed.</summary>
internal static class CrashWriter
{
    public static async Task<int> Main(string[] args)
    {
        using var storage = SqliteStorage.Open(args[0]);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var grain = new GrainId("crash", $"{writer}");
            long? etag = null;
            for (var i = 1; ; i++)
            {
                var write = new StateWrite(grain, "s", etag, BitConverter.GetBytes(i));
                storage.Write([write]);
                await write.Done;
                etag = write.Etag;
                await Console.Out.WriteLineAsync($"{writer} {i}");
            }
        }));
        return 0;
    }
}
