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
        if (document is not null && document.Id is null && id is null && !json.TryGetProperty("id", out _))
            problems.Shape(path + "/id", "error.path.missing");
        // An update takes the roles away with an empty list; a definition leaves them out.
        if (document?.AcceptedResourceRoles is { IsEmpty: true })
            problems.Rule(path + "/acceptedResourceRoles", "must not be empty");
        return document is null ? null : Finish(document, path, id, context, problems, before);
    }

    /// <summary>The definition that an update of <paramref name="standing"/> leads to.</summary>
    public static AppSpec? Update(AppDocument update, string path, AppSpec standing, AppDefinitionContext context, JsonProblems problems, int before)
    {
        // Ports and networks of the update are understood by themselves before they replace what stands.
        var migrated = DeprecatedFields.Migrate(update, path, problems);
        return Finish(AppDocument.From(standing).With(migrated), path, standing.Id, context, problems, before);
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
