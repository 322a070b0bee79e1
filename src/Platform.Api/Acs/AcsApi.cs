using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Platform.Api.Http;
using Platform.Api.Security;
using Platform.Contracts.Security;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary>What the endpoints of identities share.</summary>
internal sealed class AcsApi(IGrainFactory grains, SecurityFeed feed, PasswordCheck passwords, TimeProvider time)
{
    /// <summary>Where they are.</summary>
    public const string Root = "/acs/api/v1";

    /// <summary>What one needs to look at identities.</summary>
    public static EndpointRight Look { get; } = Right.On(AccessAction.Read, ResourceId.Identities);

    /// <summary>What one needs to change them.</summary>
    public static EndpointRight Change { get; } = Right.On(AccessAction.Update, ResourceId.Identities);

    public ISecurityGrain Store => grains.GetGrain<ISecurityGrain>(0);

    public PasswordCheck Passwords => passwords;

    public TimeProvider Time => time;

    /// <summary>An id of the cluster that no other has, made of its name in tokens; the same for all that have issued none yet.</summary>
    public async Task<Guid> ClusterIdAsync() => new(SHA256.HashData(Encoding.UTF8.GetBytes((await feed.ReadAsync()).Issuer)).AsSpan(0, 16));

    /// <summary>Everything that is known, as it is stored now.</summary>
    public async Task<SecurityView> ViewAsync() => new((await Store.ReadAsync(0))!.Items);

    /// <summary>What came of a change, after this process knows of it.</summary>
    public async Task<IResult> AnswerAsync(Task<SecurityResult> change, int done)
    {
        var result = await change;
        if (result.Outcome == SecurityOutcome.Done)
            await feed.RefreshAsync();
        return result.Outcome == SecurityOutcome.Done ? Results.StatusCode(done) : Refusal(result);
    }

    /// <summary>This process knows of what has changed.</summary>
    public Task RefreshAsync() => feed.RefreshAsync();

    public static ErrorAnswer Refusal(SecurityResult result) => new(result.Outcome switch
    {
        SecurityOutcome.Exists => StatusCodes.Status409Conflict,
        SecurityOutcome.NotFound => StatusCodes.Status404NotFound,
        _ => StatusCodes.Status422UnprocessableEntity,
    }, result.Message);

    public static JsonAnswer Answer(JsonNode node, int status = StatusCodes.Status200OK) => new(json => node.WriteTo(json)) { Status = status };

    public static JsonAnswer List(IEnumerable<JsonNode> items) => Answer(new JsonObject { ["array"] = new JsonArray([.. items]) });

    /// <summary>The texts of the body.</summary>
    /// <exception cref="ApiException">It is no object, or something in it is no text.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> TextsAsync(ApiRequest request, string[] known, params string[] required)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (JsonObjectReader.Open(body.RootElement, "", problems) is { } json)
        {
            foreach (var name in required)
                json.Require(name);
            foreach (var name in known)
            {
                if (json.Text(name) is { } text)
                    texts[name] = text;
            }
        }
        return problems.Any ? throw new ApiException(ErrorAnswer.Invalid(problems)) : texts;
    }

    /// <summary>The action in the address.</summary>
    /// <exception cref="ApiException">There is none of this name.</exception>
    public static AccessAction ActionOf(ApiRequest request) => AccessActions.Parse(request.Value("action"))
        ?? throw new ApiException(ErrorAnswer.BadRequest($"'{request.Value("action")}' is no action; those are create, read, update, delete and full"));

    /// <summary>The resource in the address, in which a slash is escaped twice; that at its end is the root group.</summary>
    public static string ResourceOf(ApiRequest request)
    {
        var resource = Uri.UnescapeDataString(request.Value("rid"));
        return resource.EndsWith(':') ? resource + "/" : resource;
    }

    /// <summary>The account, group or task in the address; slashes of the last as those of a resource.</summary>
    public static string SubjectOf(ApiRequest request)
    {
        var subject = Uri.UnescapeDataString(request.Value("subject"));
        return subject == "app:" ? "app:/" : subject;
    }

    /// <summary>The address of an access list.</summary>
    public static string UrlOf(string resource) => $"{Root}/acls/{resource.Replace("/", "%252F", StringComparison.Ordinal)}";
}
