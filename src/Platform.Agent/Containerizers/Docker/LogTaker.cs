using System.Buffers;
using System.Text;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>
/// Decides which entries of a container's output are new, and gathers them. The engine begins with some that were brought before: those of each
/// stream up to its place. From the first new one of a stream on all of it are new, whatever their times: the clock may be set back.
/// </summary>
internal sealed class LogTaker(LogPosition from)
{
    private readonly Output _output = new(from.Output);
    private readonly Output _error = new(from.Error);

    /// <summary>How far it came; the lengths are those that were told last.</summary>
    public LogPosition Position => new(_output.Place, _error.Place);

    /// <summary>Takes an entry, if it is new: its time, a space, and what was written.</summary>
    public void Take(bool isError, ReadOnlySpan<byte> entry)
    {
        var space = entry.IndexOf((byte)' ');
        if (space >= 0)
            (isError ? _error : _output).Take(Encoding.ASCII.GetString(entry[..space]), entry[(space + 1)..]);
    }

    /// <summary>Hands on what was gathered of each stream, if anything was, and gathers anew.</summary>
    /// <param name="write">Writes it to the end of a stream's file, and returns the length that has then.</param>
    /// <returns>True if there was anything.</returns>
    public bool Drain(WriteOutput write) => _output.Drain(false, write) | _error.Drain(true, write);

    /// <summary>Writes bytes to the end of a stream's file, and returns the length that has then.</summary>
    public delegate long WriteOutput(bool isError, ReadOnlySpan<byte> bytes);

    private sealed class Output(LogPosition.Place place)
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private bool _isNew;
        private int _passed;

        public LogPosition.Place Place { get; private set; } = place;

        public void Take(string timestamp, ReadOnlySpan<byte> bytes)
        {
            if (!_isNew)
            {
                var order = EngineTime.Compare(timestamp, Place.Timestamp);
                if (order < 0 || (order == 0 && _passed++ < Place.Count))
                    return;
                _isNew = true;
            }
            _bytes.Write(bytes);
            Place = Place.After(timestamp);
        }

        public bool Drain(bool isError, WriteOutput write)
        {
            if (_bytes.WrittenCount == 0)
                return false;
            Place = Place with { Length = write(isError, _bytes.WrittenSpan) };
            _bytes.ResetWrittenCount();
            return true;
        }
    }
}
