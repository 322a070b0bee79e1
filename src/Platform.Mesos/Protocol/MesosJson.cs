using System.Collections;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Platform.Mesos.Protocol;

/// <summary>Messages as Mesos writes them in JSON: names as in the definition, whole numbers as numbers, bytes in base64, enumerations by name, and fields with a default also when they are not set.</summary>
internal static class MesosJson
{
    // Text is escaped only where JSON asks for it.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));
    private static readonly ConcurrentDictionary<MessageDescriptor, Field[]> Fields = [];

    /// <summary>Reads a message.</summary>
    /// <exception cref="FormatException">It is no JSON, or not that of such a message; the message of the error says what is wrong.</exception>
    public static T Parse<T>(string json)
        where T : IMessage, new()
    {
        try
        {
            return Parser.Parse<T>(json);
        }
        catch (Exception problem) when (problem is InvalidProtocolBufferException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new FormatException(problem.Message, problem);
        }
    }

    /// <summary>The message in JSON.</summary>
    public static byte[] ToUtf8Bytes(IMessage message)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1_024);
        using var writer = new Utf8JsonWriter(buffer, Options);
        Write(writer, message);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a member with the message.</summary>
    public static void Write(Utf8JsonWriter writer, string name, IMessage message)
    {
        writer.WritePropertyName(name);
        Write(writer, message);
    }

    /// <summary>Writes the message.</summary>
    public static void Write(Utf8JsonWriter writer, IMessage message)
    {
        if (message is Duration duration)
        {
            writer.WriteStringValue($"{duration.Seconds}.{duration.Nanos:000000000}s");
            return;
        }
        writer.WriteStartObject();
        foreach (var field in FieldsOf(message.Descriptor))
            Write(writer, message, field);
        writer.WriteEndObject();
    }

    private static Field[] FieldsOf(MessageDescriptor descriptor) => Fields.GetOrAdd(descriptor, static type =>
        [.. type.Fields.InDeclarationOrder().Select(field => new Field(field, JsonEncodedText.Encode(field.Name), field.ToProto().HasDefaultValue))]);

    private static void Write(Utf8JsonWriter writer, IMessage message, Field field)
    {
        var accessor = field.Descriptor.Accessor;
        if (field.Descriptor.IsMap)
        {
            var map = (IDictionary)accessor.GetValue(message);
            if (map.Count == 0)
                return;
            writer.WriteStartObject(field.Name);
            foreach (DictionaryEntry entry in map)
            {
                writer.WritePropertyName((string)entry.Key);
                WriteValue(writer, field.Descriptor.MessageType.FindFieldByNumber(2), entry.Value!);
            }
            writer.WriteEndObject();
        }
        else if (field.Descriptor.IsRepeated)
        {
            var list = (IList)accessor.GetValue(message);
            if (list.Count == 0)
                return;
            writer.WriteStartArray(field.Name);
            foreach (var item in list)
                WriteValue(writer, field.Descriptor, item!);
            writer.WriteEndArray();
        }
        else if (field.HasDefault || accessor.HasValue(message))
        {
            writer.WritePropertyName(field.Name);
            WriteValue(writer, field.Descriptor, accessor.GetValue(message));
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, FieldDescriptor field, object value)
    {
        switch (value)
        {
            case IMessage message:
                Write(writer, message);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case ByteString bytes:
                writer.WriteBase64StringValue(bytes.Span);
                break;
            case double number:
                WriteNumber(writer, number);
                break;
            case float number:
                WriteNumber(writer, number);
                break;
            case int number when field.FieldType != FieldType.Enum:
                writer.WriteNumberValue(number);
                break;
            case uint number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            default:
                var index = Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture);
                writer.WriteStringValue(field.EnumType.FindValueByNumber(index)?.Name ?? index.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }

    // JSON knows no infinity: the largest number says as much.
    private static void WriteNumber(Utf8JsonWriter writer, double number) =>
        writer.WriteNumberValue(double.IsNaN(number) ? 0 : Math.Clamp(number, double.MinValue, double.MaxValue));

    private sealed record Field(FieldDescriptor Descriptor, JsonEncodedText Name, bool HasDefault);
}
