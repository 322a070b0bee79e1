using Platform.Api.Http;
using Platform.Core.Tasks;

namespace Platform.Api.Secrets;

/// <summary>The body of a request that stores a secret: an object with the text <c>value</c>.</summary>
internal static class SecretBody
{
    /// <exception cref="ApiException">It is no such object. The answer never repeats what was sent.</exception>
    public static async Task<SecretText> ReadAsync(ApiRequest request)
    {
        using var body = await request.ReadJsonAsync();
        var problems = new JsonProblems();
        if (JsonObjectReader.Open(body.RootElement, "", problems) is { } secret && secret.Require("value") && secret.Text("value") is { } value)
            return new(value);
        throw new ApiException(ErrorAnswer.Invalid(problems));
    }
}
