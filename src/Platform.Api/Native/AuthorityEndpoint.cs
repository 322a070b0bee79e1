using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Security;
using Platform.Contracts.Security;

namespace Platform.Api.Native;

/// <summary><c>/api/ca</c>, and <c>/ca/dcos-ca.crt</c> as DC/OS' command line asks for it: the certificate of the cluster's authority. It is public; who has its fingerprint from elsewhere learns by it whom to trust.</summary>
internal static class AuthorityEndpoint
{
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/ca", AnswerAsync).Needs(Right.Open);
        endpoints.MapGet("/ca/dcos-ca.crt", AnswerAsync).Needs(Right.Open);
    }

    private static Task AnswerAsync(HttpContext http)
    {
        if (http.RequestServices.GetService<ICertificateAuthority>() is not { } authority)
            return http.RefuseAsync(StatusCodes.Status404NotFound, "This control plane serves HTTP and has no certificate authority; --tls makes one.");
        http.Response.ContentType = "application/x-pem-file";
        return http.Response.WriteAsync(authority.Certificate, http.RequestAborted);
    }
}
