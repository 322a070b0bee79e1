using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Platform.Agent.Fetching;

/// <summary>
/// The bytes of a tar archive on their way to its reader, which believes whatever it gets: here the checksum of every header is compared,
/// and whether the archive has its end.
/// </summary>
/// <remarks>POSIX ustar and pax, and the GNU form: blocks of 512 bytes, a header, its data filled up to whole blocks, at the end blocks of zeros.</remarks>
internal sealed class TarScreen(Stream source) : Stream
{
    private const int Block = 512, ChecksumAt = 148, ChecksumLength = 8, SizeAt = 124, SizeLength = 12, TypeAt = 156;
    private const int LongestAttributes = 1024 * 1024;

    private readonly byte[] _header = new byte[Block];
    private readonly MemoryStream _attributes = new();
    private int _filled;
    private long _position;
    private long _data;
    private long _padding;
    private long? _sizeOfNext;
    private bool _readsAttributes;
    private bool _ended;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>True if a header was sound: it is a tar archive, whatever became of the rest.</summary>
    public bool IsTar { get; private set; }

    /// <summary>Reads what is left of the source, whose own checksum comes last, and tells whether the archive was whole.</summary>
    /// <exception cref="DamagedArchiveException">It is cut off.</exception>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        await CopyToAsync(Null, cancellation).ConfigureAwait(false);
        if (!_ended)
            throw new DamagedArchiveException($"it ends after {_position} bytes without the mark of an end");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw CompressionDamaged();
        }
        Look(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = source.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw CompressionDamaged();
        }
        Look(buffer[..count]);
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>The base library's own words tell of an unsupported method where a checksum is wrong.</summary>
    public static DamagedArchiveException CompressionDamaged() => new("its compressed data is cut off, or its checksum is wrong");

    private void Look(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && !_ended)
        {
            int taken;
            if (_data > 0)
            {
                taken = (int)Math.Min(_data, bytes.Length);
                if (_readsAttributes)
                    _attributes.Write(bytes[..taken]);
                _data -= taken;
                if (_data == 0 && _readsAttributes)
                    TakeAttributes();
            }
            else if (_padding > 0)
            {
                taken = (int)Math.Min(_padding, bytes.Length);
                _padding -= taken;
            }
            else
            {
                taken = Math.Min(Block - _filled, bytes.Length);
                bytes[..taken].CopyTo(_header.AsSpan(_filled));
                _filled += taken;
                if (_filled == Block)
                {
                    _filled = 0;
                    TakeHeader();
                }
            }
            bytes = bytes[taken..];
            _position += taken;
        }
    }

    private void TakeHeader()
    {
        if (!_header.AsSpan().ContainsAnyExcept((byte)0))
        {
            _ended = true;
            return;
        }
        // The checksum's own bytes count as spaces. Some old writers summed signed bytes.
        int unsigned = 0, signed = 0;
        for (var i = 0; i < Block; i++)
        {
            var value = i is >= ChecksumAt and < ChecksumAt + ChecksumLength ? (byte)' ' : _header[i];
            unsigned += value;
            signed += (sbyte)value;
        }
        var stored = Number(_header.AsSpan(ChecksumAt, ChecksumLength));
        if (stored is null || (stored != unsigned && stored != signed))
            throw new InvalidDataException($"the checksum of the header before byte {_position + Block} is wrong");
        IsTar = true;
        var type = (char)_header[TypeAt];
        var size = _sizeOfNext ?? Number(_header.AsSpan(SizeAt, SizeLength)) ?? throw new InvalidDataException("the size of an entry is no number");
        // Links, devices and folders have no data, whatever their size says.
        if (type is >= '1' and <= '6')
            size = 0;
        if (size < 0)
            throw new InvalidDataException("the size of an entry is negative");
        // Its reader takes them into memory as a whole.
        if (type is 'x' or 'g' or 'L' or 'K' && size > LongestAttributes)
            throw new InvalidDataException($"the attributes before byte {_position + Block} have {size} bytes, and may have {LongestAttributes}");
        _sizeOfNext = null;
        _data = size;
        _padding = (Block - (size % Block)) % Block;
        _readsAttributes = type == 'x' && size is > 0 and <= LongestAttributes;
        _attributes.SetLength(0);
    }

    /// <summary>Records of the form "LENGTH NAME=VALUE\n": of interest is the size of the entry that follows, where it does not fit into its header.</summary>
    private void TakeAttributes()
    {
        _readsAttributes = false;
        var rest = _attributes.GetBuffer().AsSpan(0, (int)_attributes.Length);
        while (rest.IndexOf((byte)' ') is > 0 and var space
            && int.TryParse(rest[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length > space && length <= rest.Length)
        {
            var record = Encoding.UTF8.GetString(rest[(space + 1)..length]).TrimEnd('\n');
            if (record.StartsWith("size=", StringComparison.Ordinal) && long.TryParse(record.AsSpan("size=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                _sizeOfNext = size;
            rest = rest[length..];
        }
    }

    /// <summary>Octal digits between spaces and zeros, or, with the highest bit set, a binary number as GNU writes large ones.</summary>
    private static long? Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
            return BinaryPrimitives.ReadInt64BigEndian(field[^sizeof(long)..]);
        long number = 0;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return null;
            number = (number * 8) + (digit - '0');
        }
        return number;
    }
}
