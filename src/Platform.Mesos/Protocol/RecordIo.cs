using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Platform.Mesos.Protocol;

/// <summary>Mesos' framing of messages in an endless answer: the length in decimal, a line feed, and so many bytes.</summary>
internal static class RecordIo
{
    /// <summary>A record of these bytes.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> message)
    {
        Span<byte> header = stackalloc byte[12];
        Utf8Formatter.TryFormat(message.Length, header, out var digits);
        header[digits] = (byte)'\n';
        var record = new byte[digits + 1 + message.Length];
        header[..(digits + 1)].CopyTo(record);
        message.CopyTo(record.AsSpan(digits + 1));
        return record;
    }
}

/// <summary>Takes records out of bytes that come in parts. After an error it gives nothing but errors.</summary>
internal sealed class RecordIoDecoder
{
    // A length of more digits than this is no length of a message.
    private const int MostDigits = 10;

    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly StringBuilder _length = new();
    private int _missing = -1;
    private bool _isBroken;

    /// <summary>The records that are complete with these bytes.</summary>
    /// <exception cref="FormatException">What came is not a length and a line feed.</exception>
    public IReadOnlyList<byte[]> Decode(ReadOnlySpan<byte> bytes)
    {
        var records = new List<byte[]>();
        while (!bytes.IsEmpty || _missing == 0)
        {
            if (_isBroken)
                throw new FormatException("the stream was broken before");
            if (_missing < 0)
                bytes = ReadLength(bytes);
            else
                bytes = ReadRecord(bytes, records);
        }
        return _isBroken ? throw new FormatException("the stream was broken before") : records;
    }

    private ReadOnlySpan<byte> ReadLength(ReadOnlySpan<byte> bytes)
    {
        var next = bytes[0];
        if (next != '\n')
        {
            if (!char.IsAsciiDigit((char)next) || _length.Length == MostDigits)
                throw Broken($"'{_length}{(char)next}' is not the length of a record");
            _length.Append((char)next);
            return bytes[1..];
        }
        if (!int.TryParse(_length.ToString(), out _missing))
            throw Broken($"'{_length}' is not the length of a record");
        _length.Clear();
        return bytes[1..];
    }

    private ReadOnlySpan<byte> ReadRecord(ReadOnlySpan<byte> bytes, List<byte[]> records)
    {
        var part = bytes[..Math.Min(_missing, bytes.Length)];
        _record.Write(part);
        _missing -= part.Length;
        if (_missing == 0)
        {
            records.Add(_record.WrittenSpan.ToArray());
            _record.Clear();
            _missing = -1;
        }
        return bytes[part.Length..];
    }

    private FormatException Broken(string message)
    {
        _isBroken = true;
        _missing = -1;
        return new FormatException(message);
    }
}
