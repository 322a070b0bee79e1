using System.Text;
using Platform.Agent.Sandboxes;
using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;

namespace Platform.Agent.Tests.Sandboxes;

/// <summary>Rotation of a task's output, and reading on across it.</summary>
public sealed class LogRotationTests : IDisposable
{
    // Ten blocks of the file system. Lines of ten bytes, so that each chunk is one part and some more.
    private const int Kept = 3, Size = 40_960, Chunk = 4500;

    private readonly TestFolder _folder = new();

    private string Log => _folder.File("stdout");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)] // read a little, rotate
    [InlineData(2)] // rotate twice between two reads
    [InlineData(3)] // all that is kept is newer than what was read last
    public void A_reader_goes_on_across_rotations_without_a_gap_or_a_repetition(int rotations)
    {
        Append(0, Chunk);
        var read = new FileRequest { TaskId = "t", Path = "stdout", Rotation = "", Length = 1000 };
        var text = new StringBuilder();
        // 1000 bytes of the 45,000 that are there: the rest of them is in rotated parts when it is asked for.
        read = Take(read, text);
        for (var i = 1; i <= rotations; i++)
        {
            LogRotation.Rotate(Log, Size, Kept).ShouldBeTrue();
            Append(Chunk * i, Chunk * (i + 1));
        }

        ReadToEnd(read, text);
        text.ToString().ShouldBe(Lines(0, Chunk * (rotations + 1)));
    }

    [Fact]
    public void A_reader_that_begins_late_gets_all_that_is_kept_and_one_that_wants_the_end_only_the_end()
    {
        Append(0, Chunk);
        LogRotation.Rotate(Log, Size, Kept);
        Append(Chunk, Chunk + 1);
        var all = new StringBuilder();
        ReadToEnd(new FileRequest { TaskId = "t", Path = "stdout", Rotation = "" }, all);
        all.ToString().ShouldBe(Lines(0, Chunk + 1));
        var end = new StringBuilder();
        ReadToEnd(new FileRequest { TaskId = "t", Path = "stdout", Rotation = "", Offset = -10 }, end);
        end.ToString().ShouldBe(Lines(Chunk, Chunk + 1));
    }

    [Fact]
    public void A_reader_that_was_left_behind_goes_on_with_the_oldest_that_is_kept()
    {
        Append(0, Chunk);
        LogRotation.Rotate(Log, Size, 1);
        Append(Chunk, 2 * Chunk);
        var text = new StringBuilder();
        var read = ReadToEnd(new FileRequest { TaskId = "t", Path = "stdout", Rotation = "" }, text);
        for (var i = 2; i <= 4; i++)
        {
            LogRotation.Rotate(Log, Size, 1);
            Append(Chunk * i, Chunk * (i + 1));
        }

        var rest = new StringBuilder();
        ReadToEnd(read, rest);
        rest.ToString().ShouldBe(File.ReadAllText(Log + ".1") + File.ReadAllText(Log));
    }

    [Fact]
    public void A_file_that_its_writer_cut_is_read_from_its_new_beginning()
    {
        Append(0, 100);
        var read = ReadToEnd(new FileRequest { TaskId = "t", Path = "stdout", Rotation = "" }, new StringBuilder());
        File.WriteAllText(Log, "anew\n");
        var text = new StringBuilder();
        ReadToEnd(read, text);
        text.ToString().ShouldBe("anew\n");
    }

    [Fact]
    public void What_the_task_put_in_the_place_of_its_output_is_not_followed()
    {
        var secret = _folder.File("secret");
        File.WriteAllText(secret, new string('s', 100_000));
        File.CreateSymbolicLink(Log, secret);
        LogRotation.Rotate(Log, Size, Kept).ShouldBeFalse();
        File.Exists(Log + ".1").ShouldBeFalse();

        // Nor by a second name of the same file, which needs no right to it where the kernel does not look (fs.protected_hardlinks).
        File.Delete(Log);
        HardLinks.Make(secret, Log);
        LogRotation.Rotate(Log, Size, Kept).ShouldBeFalse();
        File.Exists(Log + ".1").ShouldBeFalse();
        new FileInfo(secret).Length.ShouldBe(100_000);

        File.Delete(Log);
        Append(0, Chunk);
        File.CreateSymbolicLink(Log + ".rotating", secret);
        File.CreateSymbolicLink(Log + ".1", secret);
        LogRotation.Rotate(Log, Size, Kept).ShouldBeTrue();
        File.ReadAllText(secret).ShouldBe(new string('s', 100_000));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_rotation_that_was_cut_short_loses_nothing_and_repeats_nothing(bool taken)
    {
        // Killed after the copy, before or after the bytes were taken off the file.
        File.WriteAllText(Log + ".rotating", Lines(0, 4096));
        if (taken)
            Append(4096, 2 * Chunk);
        else
            Append(0, 2 * Chunk);
        LogRotation.Rotate(Log, Size, Kept).ShouldBeTrue();
        var text = string.Concat(((string[])[Log + ".2", Log + ".1", Log]).Where(File.Exists).Select(File.ReadAllText));
        text.ShouldBe(Lines(0, 2 * Chunk));
        File.Exists(Log + ".rotating").ShouldBeFalse();
    }

    [Fact]
    public void What_grew_far_beyond_the_size_becomes_parts_of_that_size_and_the_oldest_go()
    {
        // 20 parts and a bit, as of a task that wrote a lot while the agent was away: of them the last three stay, and the bit.
        Append(0, (20 * Size / 10) + 7);
        LogRotation.Rotate(Log, Size, Kept).ShouldBeTrue();
        string[] files = [Log + ".3", Log + ".2", Log + ".1", Log];
        files.Select(file => new FileInfo(file).Length).ShouldBe([Size, Size, Size, 70]);
        string.Concat(files.Select(File.ReadAllText)).ShouldBe(Lines(17 * Size / 10, (20 * Size / 10) + 7));
        File.Exists(Log + ".4").ShouldBeFalse();

        Append((20 * Size / 10) + 7, 21 * Size / 10 + 100);
        LogRotation.Rotate(Log, Size, 0).ShouldBeTrue();
        new FileInfo(Log).Length.ShouldBe(1000);
    }

    private FileRequest Take(FileRequest read, StringBuilder text)
    {
        var chunk = SandboxFiles.Read(read, _folder.Path);
        chunk.Error.ShouldBeNull();
        text.Append(Encoding.UTF8.GetString(chunk.Bytes));
        return read with { Offset = chunk.Offset + chunk.Bytes.Length, Rotation = chunk.Rotation };
    }

    private FileRequest ReadToEnd(FileRequest read, StringBuilder text)
    {
        while (SandboxFiles.HasAnswer(read, _folder.Path, out _))
            read = Take(read, text);
        return read;
    }

    private void Append(int from, int to) => File.AppendAllText(Log, Lines(from, to));

    // Ten bytes each, no two alike.
    private static string Lines(int from, int to) => string.Concat(Enumerable.Range(from, to - from).Select(i => $"{i:000000000}\n"));
}
