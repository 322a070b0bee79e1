using System.Net.Http.Headers;

namespace Platform.Agent.Session;

/// <summary>Shows the agent's token with each request; a <see cref="MasterHandler"/> below it takes it off where there is a certificate.</summary>
internal sealed class TokenHandler(HttpMessageHandler inner, Func<CancellationToken, ValueTask<string?>>? token) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            if (token is not null && await token(cancellationToken).ConfigureAwait(false) is { } shown)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shown);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // With a certificate it goes without; otherwise the control plane says that it is missing.
        }
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
