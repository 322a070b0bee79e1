using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Platform.Host.Hosting;

/// <summary>Takes HTTP/1 as RFC 9112 writes it and no other way: what stands before us may count lines and lengths differently where it is read generously (request smuggling).</summary>
internal static class StrictHttp
{
    private const string LineFeeds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    private static readonly DigitEncoding Digits = new();
    private static readonly Func<string, Encoding?> LengthsAreDigits = static name => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) ? Digits : null;

    /// <summary>Refuses lines that end with a line feed alone, and lengths with anything but digits. A second length is refused anyway.</summary>
    internal static void Apply(KestrelServerOptions options)
    {
        // Read when the first connection comes.
        AppContext.SetSwitch(LineFeeds, true);
        options.RequestHeaderEncodingSelector = LengthsAreDigits;
    }

    /// <summary>Text of digits. Kestrel reads a length by a parser of numbers, which takes a sign; what is no digit becomes a letter before it comes to that.</summary>
    private sealed class DigitEncoding : Encoding
    {
        private const char NoDigit = 'x';

        public override int GetByteCount(char[] chars, int index, int count) => count;

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) => GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            // More than there is room for is no length either.
            if (bytes.Length > chars.Length)
            {
                chars.Fill(NoDigit);
                return chars.Length;
            }
            for (var i = 0; i < bytes.Length; i++)
                chars[i] = char.IsAsciiDigit((char)bytes[i]) ? (char)bytes[i] : NoDigit;
            return bytes.Length;
        }

        public override int GetMaxByteCount(int charCount) => charCount;

        public override int GetMaxCharCount(int byteCount) => byteCount;
    }
}
