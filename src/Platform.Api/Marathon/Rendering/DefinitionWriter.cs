using System.Text.Json;
using Platform.Api.Marathon.Pods;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes definitions of apps and of pods.</summary>
internal static class DefinitionWriter
{
    /// <summary>The members of the definition and of its version.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, AppVersion definition)
    {
        if (definition.Spec.Pod is null)
            AppWriter.WriteMembers(writer, definition);
        else
            PodWriter.WriteMembers(writer, definition);
    }

    public static void WriteMembers(Utf8JsonWriter writer, AppSpec definition)
    {
        if (definition.Pod is null)
            AppWriter.WriteMembers(writer, definition);
        else
            PodWriter.WriteMembers(writer, definition);
    }
}
