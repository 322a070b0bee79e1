using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Cli.Output;
using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary>
/// Members of a definition that the control plane did not keep. Marathon's API passes over what it does not know, which older clients count on;
/// whoever writes a definition by hand has misspelt something.
/// </summary>
internal static class PassedOver
{
    private const int FarthestMeant = 2;

    // Older forms that are kept in the newer ones, and what only the control plane writes.
    private static readonly string[] KeptOtherwise =
    [
        "uris", "ports", "ipAddress", "storeUrls", "residency", "portMappings", "network", "version", "versionInfo", "tasks", "tasksStaged", "tasksRunning",
        "tasksHealthy", "tasksUnhealthy", "deployments", "lastTaskFailure", "taskStats", "readinessCheckResults", "id", "ignoreHttp1xx",
    ];

    /// <summary>Says which they are, after a definition was taken.</summary>
    /// <param name="client">The control plane.</param>
    /// <param name="terminal">Where to.</param>
    /// <param name="definition">What was sent: an app, an array of apps, or a pod.</param>
    /// <param name="id">The path of the app or pod; null: the definition tells it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task TellAsync(IPlatformClient client, Terminal terminal, JsonNode definition, string? id, CancellationToken cancellationToken)
    {
        foreach (var one in definition is JsonArray many ? many.OfType<JsonObject>() : [(JsonObject)definition])
        {
            if ((id ?? IdOf(one)) is not { } path || PlatformNames.ProblemOfPath(path) is not null)
                continue;
            JsonObject kept;
            try
            {
                kept = one.ContainsKey("containers") ? await client.Pods.Get(path).GetDefinitionAsync(null, cancellationToken) : await client.Apps.Get(path).GetJsonAsync(cancellationToken);
            }
            catch (PlatformException)
            {
                continue; // Gone already, or out of reach: nothing to compare with.
            }
            foreach (var (where, meant) in Find(one, kept, ""))
                terminal.Error($"warning: {path}: {where} is not known and was passed over{(meant is null ? "" : $"; '{meant}' may be meant")}");
        }
    }

    /// <summary>The members, each with the known name that is closest to it.</summary>
    internal static IEnumerable<(string Path, string? Meant)> Find(JsonObject sent, JsonObject kept, string at)
    {
        foreach (var (name, value) in sent)
        {
            if (KeptOtherwise.Contains(name) || IsDefault(value))
                continue;
            var path = $"{at}/{name}";
            if (!kept.TryGetPropertyValue(name, out var there) || there is null)
                yield return (path, Closest(name, kept.Select(member => member.Key).Except(sent.Select(member => member.Key))));
            else
            {
                foreach (var inner in Within(value, there, path))
                    yield return inner;
            }
        }
    }

    private static IEnumerable<(string Path, string? Meant)> Within(JsonNode? sent, JsonNode kept, string path) => (sent, kept) switch
    {
        (JsonObject one, JsonObject other) => Find(one, other, path),
        (JsonArray ones, JsonArray others) when ones.Count == others.Count =>
            Enumerable.Range(0, ones.Count).Where(i => others[i] is not null).SelectMany(i => Within(ones[i], others[i]!, $"{path}/{i}")),
        _ => [],
    };

    // What says nothing is not always shown again.
    private static bool IsDefault(JsonNode? value) => value switch
    {
        null => true,
        JsonArray array => array.Count == 0,
        JsonObject members => members.Count == 0,
        JsonValue one => one.GetValueKind() switch
        {
            JsonValueKind.False => true,
            JsonValueKind.Number => one.TryGetValue<double>(out var number) && number == 0,
            JsonValueKind.String => one.GetValue<string>().Length == 0,
            _ => false,
        },
        _ => false,
    };

    /// <summary>The known name that was probably meant; null: none is close.</summary>
    internal static string? Closest(string name, IEnumerable<string> known) => known
        .Select(one => (one, Distance: Distance(name.ToLowerInvariant(), one.ToLowerInvariant())))
        .Where(one => one.Distance <= FarthestMeant).OrderBy(one => one.Distance).Select(one => one.one).FirstOrDefault();

    /// <summary>Letters to add, leave out or change (Levenshtein).</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }

    private static string? IdOf(JsonObject definition) => definition["id"] is JsonValue id && id.TryGetValue<string>(out var text) ? text : null;
}
