using System.Text.Encodings.Web;
using System.Text.Json;
using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>From JSON to a valid, normalized definition, or to everything that is wrong with it.</summary>
internal static class AppDefinitions
{
    /// <summary>A definition as it is POSTed.</summary>
    /// <param name="json">What the client wrote.</param>
    /// <param name="path">Where it stands in the request, for problems; "" is the whole.</param>
    /// <param name="id">The app's path if the address tells it, else null: the definition must.</param>
    /// <param name="context">The surroundings.</param>
    /// <param name="problems">Where problems go.</param>
    /// <returns>Null after a problem.</returns>
    public static AppSpec? Create(JsonElement json, string path, string? id, AppDefinitionContext context, JsonProblems problems)
    {
        var before = problems.Items.Count;
        var document = AppReader.Read(json, path, problems);
        if (document is not null && id is null)
            RequireId(json, path, problems);
        // An update takes the roles away with an empty list; a definition leaves them out.
        if (document?.AcceptedResourceRoles is { IsEmpty: true })
            problems.Rule(path + "/acceptedResourceRoles", "must not be empty");
        return document is null ? null : Finish(document, path, id, context, problems, before);
    }

    /// <summary>An id that is missing, or null, told as Marathon's reader of definitions told it.</summary>
    public static void RequireId(JsonElement json, string path, JsonProblems problems)
    {
        if (!json.TryGetProperty("id", out var id))
            problems.Shape(path + "/id", $"'id' is undefined on object: {Shortened(JsonSerializer.Serialize(json, Readable))}");
        else if (id.ValueKind == JsonValueKind.Null)
            problems.Shape(path + "/id", "error.expected.jsstring");
    }

    private const int LongestQuote = 1_000;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Shortened(string text) => text.Length <= LongestQuote ? text : text[..LongestQuote] + "...";

    /// <summary>The definition that an update of <paramref name="standing"/> leads to.</summary>
    public static AppSpec? Update(AppDocument update, string path, AppSpec standing, AppDefinitionContext context, JsonProblems problems, int before)
    {
        // Ports and networks of the update are understood by themselves before they replace what stands.
        var migrated = DeprecatedFields.Migrate(update, path, problems);
        CheckCommand(update, path, standing, problems);
        return Finish(AppDocument.From(standing).With(migrated), path, standing.Id, context, problems, before);
    }

    // One of the two takes the other's place only if the update says so, as in Marathon; but there the answer did not say what was wrong.
    private static void CheckCommand(AppDocument update, string path, AppSpec standing, JsonProblems problems)
    {
        if (update.Args is { IsEmpty: false } && update.Cmd is null && !update.ClearsCmd && !string.IsNullOrEmpty(standing.Cmd))
            problems.Rule(path + "/args", "the app has 'cmd', which excludes 'args'; to change from one to the other say \"cmd\": null beside 'args'");
        if (!string.IsNullOrEmpty(update.Cmd) && update.Args is null && !update.ClearsArgs && standing.Args is { IsEmpty: false })
            problems.Rule(path + "/cmd", "the app has 'args', which exclude 'cmd'; to change from one to the other say \"args\": null beside 'cmd'");
    }

    private static AppSpec? Finish(AppDocument document, string path, string? id, AppDefinitionContext context, JsonProblems problems, int before)
    {
        var absolute = id ?? AppPath.Canonical(document.Id ?? "", context.Group);
        var app = AppBuilder.Build(DeprecatedFields.Migrate(document, path, problems), absolute, context);
        // An id that could not be read would be called empty as well.
        if (id is null && document.Id is null)
            AppRules.Check(app with { Id = "/unknown" }, path, context, problems);
        else
            AppRules.Check(app, path, context, problems);
        return problems.Items.Count == before ? app : null;
    }
}
