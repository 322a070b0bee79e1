using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Updates;

/// <summary>
/// The file that keeps status updates until they are acknowledged, and the latest one of every task that is not over. A line is in
/// the kernel's hands before the update is sent, so the death of the agent loses nothing; a background flush makes lines safe
/// against the death of the machine, as many at a time as have come up meanwhile.
/// </summary>
internal sealed class UpdateJournal : IDisposable
{
    /// <summary>A disk that is flushed without a pause has no time for others. Only the loss of power can cost what came up meanwhile, and that ends the tasks too.</summary>
    private static readonly TimeSpan BetweenFlushes = TimeSpan.FromMilliseconds(20);

    private const long CompactAbove = 1024 * 1024;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _dirty = new(false);
    private readonly Dictionary<string, TaskUpdate> _latest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskUpdate> _pending = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly Thread _flusher;
    private FileStream _file;
    private long _compactAt = CompactAbove;
    private volatile bool _stopped;
    private bool _failing;

    public UpdateJournal(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
        _json = new Utf8JsonWriter(_line);
        Load();
        _file = OpenToAppend();
        // With a full disk the file stays as it was, and the agent goes on with its tasks.
        if (!TryCompact())
            EndTornLine();
        _flusher = new Thread(Flush) { IsBackground = true, Name = "journal flusher" };
        _flusher.Start();
    }

    /// <summary>The latest update of each task that is not over, as found at the start.</summary>
    public TaskUpdate? Latest(string taskId)
    {
        lock (_gate)
            return _latest.GetValueOrDefault(taskId);
    }

    /// <summary>Updates that were not acknowledged, oldest first.</summary>
    public IReadOnlyList<TaskUpdate> Pending()
    {
        lock (_gate)
            return [.. _pending.Values.OrderBy(u => u.Timestamp).ThenBy(u => u.UpdateId, StringComparer.Ordinal)];
    }

    /// <summary>Tasks of which something is known, as found at the start.</summary>
    public IReadOnlyList<string> Tasks()
    {
        lock (_gate)
            return [.. _latest.Keys];
    }

    public void Add(TaskUpdate update)
    {
        lock (_gate)
        {
            _latest[update.TaskId] = update;
            _pending[update.UpdateId] = update;
            Write(new JournalEntry { Update = update });
        }
    }

    public void Acknowledge(string updateId)
    {
        lock (_gate)
        {
            if (_pending.Remove(updateId))
                Write(new JournalEntry { Acknowledged = updateId });
        }
    }

    public void Forget(string taskId)
    {
        lock (_gate)
        {
            if (_latest.Remove(taskId))
                Write(new JournalEntry { Forgotten = taskId });
        }
    }

    public void Dispose()
    {
        if (_stopped)
            return;
        _stopped = true;
        _dirty.Set();
        _flusher.Join();
        lock (_gate)
            _file.Dispose();
        _json.Dispose();
        _dirty.Dispose();
    }

    private void Load()
    {
        if (!File.Exists(_path))
            return;
        var number = 0;
        foreach (var line in File.ReadLines(_path))
        {
            number++;
            JournalEntry? entry;
            try
            {
                entry = line.Length == 0 ? null : JsonSerializer.Deserialize(line, AgentJson.Default.JournalEntry);
            }
            catch (JsonException e)
            {
                // The last line may be torn by the death of the machine; its update will be made again from the task itself.
                _logger.LogWarning("Line {Line} of {Journal} is not readable and is left out: {Reason}", number, _path, e.Message);
                continue;
            }
            if (entry?.Update is { } update)
            {
                _latest[update.TaskId] = update;
                _pending[update.UpdateId] = update;
            }
            if (entry?.Acknowledged is { } acknowledged)
                _pending.Remove(acknowledged);
            if (entry?.Forgotten is { } forgotten)
                _latest.Remove(forgotten);
        }
    }

    /// <summary>Writes a line. What it says is in the dictionaries already, so a file that is written anew has it too.</summary>
    private void Write(JournalEntry entry)
    {
        // While the disk was full lines were left out; the first file that can be written whole has them all.
        if (_failing)
        {
            TryCompact();
            return;
        }
        if (_file.Position > _compactAt && TryCompact())
            return;
        try
        {
            _line.ResetWrittenCount();
            _json.Reset(_line);
            JsonSerializer.Serialize(_json, entry, AgentJson.Default.JournalEntry);
            _line.Write("\n"u8);
            _file.Write(_line.WrittenSpan);
            _dirty.Set();
        }
        catch (IOException e)
        {
            _failing = true;
            _logger.LogError("Status updates cannot be written to {Journal} and are kept in memory only: {Reason}", _path, e.Message);
        }
    }

    /// <summary>Puts a file with what is still needed in the place of the old one. False: it cannot be written, and the old one stays.</summary>
    private bool TryCompact()
    {
        var temporary = _path + ".new";
        try
        {
            Rewrite(temporary);
            File.Move(temporary, _path, overwrite: true);
            var old = _file;
            _file = OpenToAppend();
            old.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _compactAt = _file.Position * 2;
            _logger.Log(_failing ? LogLevel.Debug : LogLevel.Warning, "{Journal} cannot be compacted now: {Reason}", _path, e.Message);
            return false;
        }
        if (_failing)
            _logger.LogInformation("Status updates are written to {Journal} again", _path);
        _failing = false;
        _compactAt = Math.Max(CompactAbove, _file.Position * 2);
        return true;
    }

    private void EndTornLine()
    {
        try
        {
            _file.WriteByte((byte)'\n');
        }
        catch (IOException)
        {
            _failing = true;
        }
    }

    private void Rewrite(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write);
        foreach (var update in _latest.Values.Where(u => !_pending.ContainsKey(u.UpdateId)))
        {
            Line(stream, new JournalEntry { Update = update });
            Line(stream, new JournalEntry { Acknowledged = update.UpdateId });
        }
        foreach (var update in _pending.Values.OrderBy(u => u.Timestamp))
            Line(stream, new JournalEntry { Update = update });
        stream.Flush(flushToDisk: true);

        static void Line(FileStream stream, JournalEntry entry)
        {
            JsonSerializer.Serialize(stream, entry, AgentJson.Default.JournalEntry);
            stream.WriteByte((byte)'\n');
        }
    }

    // Without a buffer: what could not be written must not come later, behind what was written meanwhile.
    private FileStream OpenToAppend() => new(_path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    private void Flush()
    {
        while (true)
        {
            _dirty.WaitOne();
            if (!_stopped)
                Thread.Sleep(BetweenFlushes);
            FileStream file;
            lock (_gate)
                file = _file;
            try
            {
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Replaced by a compacted file, which was flushed when it was made; or the disk is full, which the writer reports.
            }
            if (_stopped)
                return;
        }
    }
}
