namespace Platform.Agent.Fetching;

/// <summary>Keeps what is fetched and unpacked from filling the disk of the agent, which its other tasks and its journal are on.</summary>
internal static class DiskRoom
{
    /// <summary>So much stays free. 64 MiB.</summary>
    public const long Reserve = 64L << 20;

    /// <summary>After so many bytes it is looked again.</summary>
    public const long Step = 8L << 20;

    /// <summary>Goes on if there is room.</summary>
    /// <param name="folder">Where is written.</param>
    /// <param name="bytes">How much is to be written, as far as it is known before.</param>
    /// <exception cref="IOException">There is none.</exception>
    public static void Require(string folder, long bytes = 0)
    {
        if (new DriveInfo(folder).AvailableFreeSpace - Reserve < bytes)
            throw new NoRoomException($"it would fill the disk of this agent, of which {Reserve >> 20} MB stay free");
    }

    /// <summary>What is read of a stream is written: it is looked for room again and again.</summary>
    /// <param name="stream">What is read; ends with it.</param>
    /// <param name="folder">Where it is written.</param>
    public static Stream Watch(Stream stream, string folder) => new Watched(stream, folder);

    private sealed class NoRoomException(string message) : IOException(message);

    private sealed class Watched(Stream stream, string folder) : Stream
    {
        private long _left;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => Count(stream.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Count(await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                stream.Dispose();
            base.Dispose(disposing);
        }

        private int Count(int read)
        {
            _left -= read;
            if (_left < 0)
            {
                Require(folder);
                _left = Step;
            }
            return read;
        }
    }
}
