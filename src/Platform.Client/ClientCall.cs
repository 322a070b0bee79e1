using System.Text.Json.Nodes;

namespace Platform.Client;

/// <summary>What a method of the client asks of the control plane, once, however often it is sent.</summary>
public sealed record ClientCall
{
    /// <summary>Such as GET.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>The path with its query, from the root of the control plane's address, such as <c>/v2/apps?label=tier</c>.</summary>
    public required string Path { get; init; }

    /// <summary>What is sent; null: nothing. It is not to be changed: put another in its place.</summary>
    public JsonNode? Body { get; init; }

    /// <summary>Headers of the request beside the client's own, or in the place of them. Default none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
