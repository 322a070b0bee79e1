using System.Buffers;
using System.Globalization;
using System.Text;

namespace Platform.Mesos.Protocol;

/// <summary>Takes messages of libprocess out of the bytes of a connection, one behind the other. Behind something that is none it gives nothing more.</summary>
/// <param name="longestBody">How long a message may be, bytes. Default 16 MiB.</param>
internal sealed class ProcessMessageDecoder(int longestBody = ProcessMessageDecoder.LongestBody)
{
    /// <summary>As long as any request may be.</summary>
    public const int LongestBody = 16 * 1024 * 1024;

    private const int LongestHead = 32 * 1024;
    private const string Agent = "libprocess/";

    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);
    private Part _part = Part.Head;
    private string? _target;
    private int _head;
    private int _missing;
    private bool _isChunked;

    private enum Part
    {
        Head,
        Size,
        Body,
        EndOfChunk,
        Trailer,
    }

    /// <summary>No message has begun that is not complete.</summary>
    public bool IsBetween => _part == Part.Head && _target is null && _line.WrittenCount == 0;

    /// <summary>Why what came is no message of libprocess; null: it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>The messages that are complete with these bytes; those before a <see cref="Problem"/> count.</summary>
    public IReadOnlyList<ProcessMessage> Decode(ReadOnlySpan<byte> bytes)
    {
        var messages = new List<ProcessMessage>();
        try
        {
            if (Problem is null)
                _part = Decode(bytes, _part, messages);
        }
        catch (FormatException problem)
        {
            Problem = problem.Message;
        }
        return messages;
    }

    private Part Decode(ReadOnlySpan<byte> bytes, Part part, List<ProcessMessage> messages)
    {
        while (!bytes.IsEmpty)
        {
            if (part == Part.Body)
            {
                var here = bytes[..Math.Min(_missing, bytes.Length)];
                _body.Write(here);
                _missing -= here.Length;
                bytes = bytes[here.Length..];
                if (_missing == 0)
                    part = _isChunked ? Part.EndOfChunk : Finish(messages);
                continue;
            }
            var end = bytes.IndexOf((byte)'\n');
            var some = end < 0 ? bytes : bytes[..(end + 1)];
            if ((_head += some.Length) > LongestHead)
                throw new FormatException("the lines before the message are too long");
            _line.Write(some);
            bytes = bytes[some.Length..];
            if (end >= 0)
                part = ReadLine(part, TakeLine(), messages);
        }
        return part;
    }

    private string TakeLine()
    {
        var line = _line.WrittenSpan;
        if (line.Length < 2 || line[^2] != '\r')
            throw new FormatException("a line does not end with a carriage return and a line feed");
        var text = Encoding.Latin1.GetString(line[..^2]);
        _line.Clear();
        return text;
    }

    private Part ReadLine(Part part, string line, List<ProcessMessage> messages)
    {
        switch (part)
        {
            case Part.Size:
                // What follows a semicolon is an extension, which says nothing here.
                var size = line.Split(';')[0];
                if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _missing) || _missing < 0)
                    throw new FormatException($"'{size}' is not the size of a chunk");
                Bound(_body.WrittenCount + (long)_missing);
                _head = 0;
                return _missing == 0 ? Part.Trailer : Part.Body;
            case Part.EndOfChunk:
                return line.Length == 0 ? Part.Size : throw new FormatException("a chunk is longer than its size");
            case Part.Trailer:
                return line.Length == 0 ? Finish(messages) : Part.Trailer;
            case Part.Head when line.Length == 0 && _target is not null:
                return BeginBody(messages);
            default:
                ReadHead(line);
                return Part.Head;
        }
    }

    private void ReadHead(string line)
    {
        if (_target is null)
        {
            if (line.Split(' ') is not ["POST", ['/', ..] target, "HTTP/1.1"] || target.Split('/').Length != 3)
                throw new FormatException("it is no POST of a message to a process");
            _target = target;
            return;
        }
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || char.IsWhiteSpace(line[0]) || char.IsWhiteSpace(line[colon - 1]) || !_headers.TryAdd(line[..colon], line[(colon + 1)..].Trim()))
            throw new FormatException("a header is no header, or said twice");
    }

    private Part BeginBody(List<ProcessMessage> messages)
    {
        // Pages of browsers cannot leave it out.
        if (_headers.ContainsKey("Origin"))
            throw new FormatException("it comes from a web page");
        var chunked = _headers.GetValueOrDefault("Transfer-Encoding");
        var length = _headers.GetValueOrDefault("Content-Length");
        if (chunked is not null && (length is not null || !chunked.Equals("chunked", StringComparison.OrdinalIgnoreCase)))
            throw new FormatException("it is not clear how long the message is");
        _isChunked = chunked is not null;
        if (_isChunked)
            return Part.Size;
        if (length is null)
            return Finish(messages);
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out _missing))
            throw new FormatException($"'{length}' is not the length of a message");
        Bound(_missing);
        return _missing == 0 ? Finish(messages) : Part.Body;
    }

    private void Bound(long length)
    {
        if (length > longestBody)
            throw new FormatException($"a message is longer than {longestBody} bytes");
    }

    private Part Finish(List<ProcessMessage> messages)
    {
        var agent = _headers.GetValueOrDefault("User-Agent") is { } text && text.StartsWith(Agent, StringComparison.Ordinal) ? text[Agent.Length..] : null;
        if (!_headers.TryGetValue("Libprocess-From", out var from) && agent is null)
            throw new FormatException("it does not say from which process it is");
        var path = _target!.Split('/');
        messages.Add(new(Uri.UnescapeDataString(path[1]), path[2], ProcessId.Parse(from ?? agent), _headers.GetValueOrDefault("Host") ?? "", _body.WrittenSpan.ToArray()));
        _body.Clear();
        _headers.Clear();
        (_target, _head, _isChunked) = (null, 0, false);
        return Part.Head;
    }
}
