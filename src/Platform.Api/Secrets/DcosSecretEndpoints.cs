using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Secrets;
using Platform.Core.Security;

namespace Platform.Api.Secrets;

/// <summary><c>/secrets/v1</c> as DC/OS had it, with one store named <c>default</c>. A value that was stored is shown to tasks alone.</summary>
internal sealed class DcosSecretEndpoints(IGrainFactory grains)
{
    private const string Store = "default";

    private ISecretGrain Secrets => grains.GetGrain<ISecretGrain>(0);

    public static void Map(ApiRouter routes, IGrainFactory grains)
    {
        var secrets = new DcosSecretEndpoints(grains);
        routes.Get("/secrets/v1/store", _ => Answer(json => WriteArray(json, [Store]))).Needs(Right.Filtered);
        routes.Get("/secrets/v1/store/{store}", request => InStore(request, () => Answer(WriteStore))).Needs(Right.Filtered);
        routes.Get("/secrets/v1/seal-status/{store}", request => InStore(request, () => Answer(WriteSealStatus))).Needs(Right.Filtered);
        routes.Get("/secrets/v1/secret/{store}", request => InStore(request, () => secrets.ShowAsync(request, ""))).Needs(Right.Filtered);
        routes.Get("/secrets/v1/secret/{store}/{path+}", request => InStore(request, () => secrets.ShowAsync(request, request.Value("path")))).Needs(Right.Filtered);
        routes.Put("/secrets/v1/secret/{store}/{path+}", request => InStore(request, () => secrets.CreateAsync(request))).Needs(Right.OnSecret(AccessAction.Create));
        routes.Patch("/secrets/v1/secret/{store}/{path+}", request => InStore(request, () => secrets.UpdateAsync(request))).Needs(Right.OnSecret(AccessAction.Update));
        routes.Delete("/secrets/v1/secret/{store}/{path+}", request => InStore(request, () => secrets.DeleteAsync(request))).Needs(Right.OnSecret(AccessAction.Delete));
    }

    private static Task<IResult> InStore(ApiRequest request, Func<Task<IResult>> answer) => request.Value("store") == Store
        ? answer()
        : Task.FromResult<IResult>(ErrorAnswer.NotFound($"There is no secret store {request.Value("store")}; the only one is {Store}."));

    /// <summary>With <c>list=true</c> the paths below, without the one that was asked for; else whether the secret is there.</summary>
    private async Task<IResult> ShowAsync(ApiRequest request, string path)
    {
        if (request.Query.Flag("list"))
        {
            var prefix = path.Length == 0 ? "" : path + "/";
            var paths = (await Secrets.ListAsync(prefix)).Where(found => request.Access.Allows(AccessAction.Read, ResourceId.SecretList(found))).ToList();
            return paths.Count == 0 && path.Length > 0 ? Unknown(path) : await Answer(json => WriteArray(json, paths.Select(found => found[prefix.Length..])));
        }
        if (request.Access.Who.Kind == IdentityKind.Task && path.Length > 0)
        {
            request.Access.Demand(AccessAction.Read, ResourceId.Secret(path));
            return await SecretEndpoints.ShowAsync(grains, request);
        }
        request.Access.Demand(AccessAction.Read, ResourceId.SecretList(path));
        return path.Length == 0 || !(await Secrets.ListAsync(path)).AsEnumerable().Contains(path)
            ? Unknown(path)
            : new ErrorAnswer(StatusCodes.Status403Forbidden, "The values of secrets cannot be read, only be used by tasks.");
    }

    private async Task<IResult> CreateAsync(ApiRequest request)
    {
        var write = await Secrets.WriteAsync(request.Value("path"), await SecretBody.ReadAsync(request), mustBeNew: true);
        return write.Problem is { } problem ? ErrorAnswer.Unprocessable(problem)
            : write.Written ? Results.StatusCode(StatusCodes.Status201Created)
            : ErrorAnswer.Conflict($"The secret {request.Value("path")} exists already. Use PATCH to change it.");
    }

    private async Task<IResult> UpdateAsync(ApiRequest request)
    {
        var write = await Secrets.WriteAsync(request.Value("path"), await SecretBody.ReadAsync(request), mustBeNew: false);
        return write.Problem is { } problem ? ErrorAnswer.Unprocessable(problem)
            : write.Written ? Results.NoContent()
            : Unknown(request.Value("path"));
    }

    private async Task<IResult> DeleteAsync(ApiRequest request) =>
        await Secrets.DeleteAsync(request.Value("path")) ? Results.NoContent() : Unknown(request.Value("path"));

    private static ErrorAnswer Unknown(string path) => ErrorAnswer.NotFound($"There is no secret {path}");

    private static Task<IResult> Answer(Action<Utf8JsonWriter> write) => Task.FromResult<IResult>(new JsonAnswer(write));

    private static void WriteArray(Utf8JsonWriter json, IEnumerable<string> items)
    {
        json.WriteStartObject();
        json.WriteStartArray("array");
        foreach (var item in items)
            json.WriteStringValue(item);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteStore(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Store);
        json.WriteString("driver", "platform");
        json.WriteString("description", "Secrets that are sealed under a key file.");
        json.WriteBoolean("initialized", true);
        json.WriteBoolean("sealed", false);
        json.WriteEndObject();
    }

    /// <summary>One key opens the store, and it is read from its file: nobody has to unseal it.</summary>
    private static void WriteSealStatus(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("sealed", false);
        json.WriteNumber("threshold", 1);
        json.WriteNumber("shares", 1);
        json.WriteNumber("progress", 0);
        json.WriteEndObject();
    }
}
