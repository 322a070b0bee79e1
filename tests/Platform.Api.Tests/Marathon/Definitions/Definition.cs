using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Rendering;
using Platform.Core.Apps;

namespace Platform.Api.Tests.Marathon.Definitions;

/// <summary>Reads and writes definitions for tests.</summary>
internal static class Definition
{
    public static AppSpec Read(string json, AppDefinitionContext? context = null)
    {
        var (spec, problems) = TryRead(json, context);
        problems.ShouldBeEmpty();
        return spec!;
    }

    /// <summary>The problems as "path: error".</summary>
    public static (AppSpec? Spec, List<string> Problems) TryRead(string json, AppDefinitionContext? context = null)
    {
        var problems = new JsonProblems();
        using var document = JsonDocument.Parse(json);
        var spec = AppDefinitions.Create(document.RootElement, "", null, context ?? new(), problems);
        (spec is null).ShouldBe(problems.Any);
        return (spec, [.. problems.Items.Select(p => $"{p.Path}: {p.Error}")]);
    }

    /// <summary>The only problem.</summary>
    public static string Problem(string json, AppDefinitionContext? context = null) => TryRead(json, context).Problems.ShouldHaveSingleItem();

    public static AppSpec Update(AppSpec standing, string json)
    {
        var problems = new JsonProblems();
        using var document = JsonDocument.Parse(json);
        var update = AppReader.Read(document.RootElement, "", problems)!;
        var spec = AppDefinitions.Update(update, "", standing, new(), problems, 0);
        problems.Items.ShouldBeEmpty();
        return spec!;
    }

    public static string Write(AppSpec spec)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            AppWriter.WriteMembers(writer, spec);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static JsonElement WriteJson(AppSpec spec) => JsonElement.Parse(Write(spec));

    /// <summary>The definition <c>{"id":"/a","cmd":"sleep 1", ...}</c> with further members.</summary>
    public static string With(string members) => members.Length == 0 ? """{"id":"/a","cmd":"sleep 1"}""" : $$"""{"id":"/a","cmd":"sleep 1",{{members}}}""";
}
