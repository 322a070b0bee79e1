using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Contracts.Apps;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Parts of answers that were written before: snapshots never change, so what was written for one is right as long as it lives.</summary>
/// <remarks>Each part is the inside of an object or array, to be put into one that is open.</remarks>
internal sealed class RenderedPieces
{
    private readonly ConditionalWeakTable<AppVersion, byte[]> _definitions = [];
    private readonly ConditionalWeakTable<AppStatus, byte[]> _tasks = [];

    /// <summary>The members of a definition.</summary>
    public byte[] Definition(AppVersion app) =>
        _definitions.GetValue(app, static app => Render(writer => writer.WriteStartObject(), writer => DefinitionWriter.WriteMembers(writer, app)));

    /// <summary>The tasks of an app.</summary>
    public byte[] Tasks(AppStatus app) =>
        _tasks.GetValue(app, static app => Render(writer => writer.WriteStartArray(), writer => TaskWriter.WriteAll(writer, app)));

    /// <summary>Puts a part where the writer stands.</summary>
    public static void Put(Utf8JsonWriter writer, byte[] piece)
    {
        if (piece.Length > 0)
            writer.WriteRawValue(piece, skipInputValidation: true);
    }

    private static byte[] Render(Action<Utf8JsonWriter> open, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using var writer = new Utf8JsonWriter(buffer, JsonAnswer.Options);
        open(writer);
        write(writer);
        writer.Flush();
        return buffer.WrittenSpan[1..].ToArray();
    }
}
