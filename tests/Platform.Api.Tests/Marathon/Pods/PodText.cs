using System.Buffers;
using System.Text;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Api.Marathon.Pods;
using Platform.Core.Apps;

namespace Platform.Api.Tests.Marathon.Pods;

/// <summary>Reads and writes definitions of pods for tests.</summary>
internal static class PodText
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
        var spec = PodDefinitions.Read(document.RootElement, "", null, context ?? new(), problems);
        (spec is null).ShouldBe(problems.Any);
        return (spec, [.. problems.Items.Select(p => $"{p.Path}: {p.Error}")]);
    }

    public static List<string> Problems(string json, AppDefinitionContext? context = null) => TryRead(json, context).Problems;

    /// <summary>The only problem.</summary>
    public static string Problem(string json, AppDefinitionContext? context = null) => Problems(json, context).ShouldHaveSingleItem();

    public static string Write(AppSpec spec)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            PodWriter.WriteMembers(writer, spec);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The pod /p with one container and further members of the pod.</summary>
    public static string With(string members) => $$"""{"id":"/p","containers":[{{Container("")}}],{{members}}}""";

    /// <summary>The pod /p whose only container has further members.</summary>
    public static string WithContainer(string members, string podMembers = "") =>
        $$$"""{"id":"/p","containers":[{{{Container(members)}}}]{{{(podMembers.Length == 0 ? "" : "," + podMembers)}}}}""";

    public static string Container(string members, string name = "one") =>
        $$$"""{"name":"{{{name}}}","exec":{"command":{"shell":"sleep 1000"}},"resources":{"cpus":0.01,"mem":1}{{{(members.Length == 0 ? "" : "," + members)}}}}""";
}
