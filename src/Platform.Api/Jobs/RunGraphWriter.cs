using System.Text.Json.Nodes;
using Platform.Core.Jobs;

namespace Platform.Api.Jobs;

/// <summary>Writes runs of whole graphs.</summary>
internal static class RunGraphWriter
{
    internal static JsonObject Write(RunGraph graph) => new()
    {
        ["phase"] = graph.Phase,
        ["nodes"] = new JsonArray([.. graph.Nodes.Select(node => (JsonNode)new JsonObject
        {
            ["job"] = node.JobId,
            ["state"] = node.Run?.Phase.ToString().ToLowerInvariant() ?? node.State.ToString().ToLowerInvariant(),
            ["parents"] = new JsonArray([.. node.Parents.Select(parent => (JsonNode)parent)]),
            ["run"] = node.Run is { } run ? JobWriter.Run(new() { Run = run }) : null,
        })]),
    };
}
