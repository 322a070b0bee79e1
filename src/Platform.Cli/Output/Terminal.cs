using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Client.Deployments;
using Spectre.Console;

namespace Platform.Cli.Output;

/// <summary>Answers of commands: tables and lines for people, or JSON for programs, on standard output; errors on standard error.</summary>
internal sealed class Terminal(bool json, TextWriter output, TextWriter errors)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal bool IsJson { get; } = json;

    internal void Line(string text) => output.WriteLine(VisibleText.Of(text, keepLines: true));

    /// <summary>A remark that is no part of the answer, on standard error.</summary>
    internal void Note(string text) => errors.WriteLine(VisibleText.Of(text, keepLines: true));

    internal void Json(JsonNode? node) => output.WriteLine(node?.ToJsonString(Indented) ?? "null");

    /// <summary>A table, or what it shows as JSON.</summary>
    internal void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows, Func<JsonNode> asJson, string ifEmpty)
    {
        if (IsJson)
        {
            Json(asJson());
            return;
        }

        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var header in headers)
            table.AddColumn(new TableColumn(new Text(header)) { NoWrap = true, Padding = new Padding(0, 0, 3, 0) });
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(VisibleText.Of(cell))));
        if (table.Rows.Count == 0)
        {
            Line(ifEmpty);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
        // Ids are to be copied: nothing is cut or wrapped, however narrow the window.
        console.Profile.Width = 4000;
        console.Write(table);
    }

    internal void Deployment(DeploymentHandle deployment, string what, DeploymentOutcome? outcome)
    {
        foreach (var warning in deployment.Warnings)
            Error($"warning: {warning}");
        if (IsJson)
        {
            var node = new JsonObject { ["deploymentId"] = deployment.Id };
            if (deployment.Version is { } version)
                node["version"] = version;
            if (outcome is not null)
                node["succeeded"] = outcome.Succeeded;
            if (outcome?.Reason is { } reason)
                node["reason"] = reason;
            Json(node);
            return;
        }

        if (outcome is { Succeeded: false })
            Error($"{what}: deployment {deployment.Id} failed{(outcome.Reason is { } why ? ": " + why : "")}");
        else
            Line(outcome switch
            {
                null => $"{what}: deployment {deployment.Id} started",
                { Succeeded: true } => $"{what}: deployment {deployment.Id} is done",
                _ => $"{what}: deployment {deployment.Id} has ended",
            });
    }

    internal void Error(string message) => Note("platform: " + message);

    internal void Error(PlatformException exception)
    {
        Error(exception.Message);
        foreach (var problem in exception.Problems)
            Note($"  {problem.Path}: {problem.Message}");
        foreach (var deployment in exception.Deployments)
            Note($"  in the way: deployment {deployment}; '--force' cancels it");
        if (exception.Error == PlatformError.LoginNeeded)
            Note("  './platform login' logs in; $PLATFORM_TOKEN is the token of a program.");
        if (exception.Error == PlatformError.Unavailable && exception.StatusCode is null)
            Note("  './platform dev' starts one on this machine; --url or $PLATFORM_URL names another.");
    }
}
