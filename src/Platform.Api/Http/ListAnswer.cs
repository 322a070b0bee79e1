using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Platform.Api.Http;

/// <summary>Answers that are a list, by itself or in an object.</summary>
internal static class ListAnswer
{
    /// <param name="name">The list's name; null: the answer is the list.</param>
    /// <param name="count">How many items it has.</param>
    /// <param name="headers">Further headers, or null.</param>
    /// <param name="fields">The members to show, or null for all.</param>
    /// <param name="write">Writes the item with this index.</param>
    /// <param name="capacity">About how long the answer will be, bytes.</param>
    public static IResult Of(
        string? name, int count, IReadOnlyDictionary<string, string>? headers, FieldSelection? fields, Action<Utf8JsonWriter, int> write, int capacity = 1_024) =>
        new JsonAnswer(writer =>
        {
            if (name is null)
            {
                writer.WriteStartArray();
            }
            else
            {
                writer.WriteStartObject();
                writer.WriteStartArray(name);
            }
            for (var i = 0; i < count; i++)
            {
                if (fields is null)
                    write(writer, i);
                else
                    WriteSelected(writer, fields, write, i);
            }
            writer.WriteEndArray();
            if (name is not null)
                writer.WriteEndObject();
        })
        { Headers = headers, Capacity = capacity + 64 };

    private static void WriteSelected(Utf8JsonWriter writer, FieldSelection fields, Action<Utf8JsonWriter, int> write, int index)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var item = new Utf8JsonWriter(buffer, JsonAnswer.Options))
            write(item, index);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        fields.Write(writer, document.RootElement);
    }
}
