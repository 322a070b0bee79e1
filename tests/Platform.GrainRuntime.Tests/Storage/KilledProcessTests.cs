using System.Diagnostics;
using Platform.GrainRuntime.Sqlite;

namespace Platform.GrainRuntime.Tests.Storage;

public sealed class KilledProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("killed-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_a_killed_process_acknowledged_is_there_and_its_lock_is_gone()
    {
        var acknowledged = new int[8];
        for (var round = 0; round < 3; round++)
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CrashWriter).Assembly.Location, Path.Combine(_directory, $"{round}")])
            {
                RedirectStandardOutput = true,
            })!;
            Array.Clear(acknowledged);
            for (var line = 0; line < 500; line++)
            {
                Note(await process.StandardOutput.ReadLineAsync());
            }

            process.Kill();

            // What it told before it died counts as well, the last line perhaps cut.
            var rest = (await process.StandardOutput.ReadToEndAsync()).Split('\n');
            foreach (var line in rest[..^1])
            {
                Note(line);
            }

            await process.WaitForExitAsync();
            using var storage = SqliteStorage.Open(Path.Combine(_directory, $"{round}"));
            for (var writer = 0; writer < acknowledged.Length; writer++)
            {
                var stored = BitConverter.ToInt32(storage.ReadState(new GrainId("crash", $"{writer}"), "s")!.Value.Data);

                // One more may have been stored and not yet told.
                stored.ShouldBeInRange(acknowledged[writer], acknowledged[writer] + 1);
            }
        }

        void Note(string? line)
        {
            var parts = line.ShouldNotBeNull().Split(' ');
            acknowledged[int.Parse(parts[0])] = int.Parse(parts[1]);
        }
    }
}
