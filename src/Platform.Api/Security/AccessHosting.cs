using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.Api.Http;
using Platform.Api.Security.Oidc;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>Guards the endpoints of a server.</summary>
public static class AccessHosting
{
    /// <summary>Adds what guards need. Nobody has to log in unless another <see cref="IAccessSource"/> is there.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.TryAddSingleton<IAccessSource, NoLogin>();
        return services;
    }

    /// <summary>Adds what logins need. Whoever sends a request has to have logged in.</summary>
    public static IServiceCollection AddLogin(this IServiceCollection services, bool isRequired)
    {
        services.AddSingleton<SecurityFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<SecurityFeed>());
        services.AddSingleton<TokenReader>();
        services.AddSingleton<WorkloadPresence>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<SessionAccess>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton(provider => new OperationTrail(provider.GetRequiredService<AuditLog>()));
        services.AddSingleton(provider => new Acs.SecurityOperations(
            provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<SecurityFeed>(), provider.GetRequiredService<PasswordCheck>()));
        services.AddAntiforgery(options => options.Cookie.SameSite = SameSiteMode.Strict);
        if (isRequired)
            services.AddSingleton<IAccessSource, TokenLogin>();
        return services.AddAccess();
    }

    /// <summary>Lets people log in at a provider too.</summary>
    public static IServiceCollection AddOidc(this IServiceCollection services, OidcSettings settings)
    {
        services.AddSingleton(provider => new OidcProvider(settings, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OidcLogin>();
        return services;
    }

    /// <summary>Decides of each request, after routing and before its endpoint.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app)
    {
        var source = app.ApplicationServices.GetRequiredService<IAccessSource>();
        return app.Use(async (http, next) =>
        {
            Access access;
            try
            {
                access = await source.IdentifyAsync(http);
            }
            catch (TimeoutException)
            {
                await new ErrorAnswer(StatusCodes.Status503ServiceUnavailable, "identities cannot be read now; try again in a moment").ExecuteAsync(http);
                return;
            }
            http.Features.Set(access);
            AccessScope.Enter(access);
            if (access.Token is { } token)
                http.User = SessionAccess.Principal(token);
            var right = http.GetEndpoint()?.Metadata.GetMetadata<EndpointRight>() ?? Right.Superuser;
            var verdict = http.GetEndpoint() is null ? new(IsAllowed: true, MustLogIn: false, "nothing is there") : right.Decide(access, name => http.Request.RouteValues[name] as string ?? "");
            var wasAsked = verdict.IsAllowed && access.Trail is not null && !access.IsAnonymous && IsChange(http, right);
            if (wasAsked && !await access.Trail!.AskedAsync(access))
            {
                await new ErrorAnswer(StatusCodes.Status503ServiceUnavailable, "The audit log cannot be written, nothing has been changed; try again in a moment.").ExecuteAsync(http);
                return;
            }
            try
            {
                if (!verdict.IsAllowed)
                    await RefuseAsync(http, verdict);
                else
                    await next(http);
            }
            catch (ApiException refused) when (!http.Response.HasStarted)
            {
                // Of handlers that asked for a right themselves and have no words of their own for it.
                http.Response.Clear();
                await refused.Answer.ExecuteAsync(http);
            }
            if (access.Trail is { } trail)
                await trail.AnsweredAsync(access, wasAsked);
        });
    }

    private static bool IsChange(HttpContext http, EndpointRight right) => !right.IsRoutine
        && (http.WebSockets.IsWebSocketRequest ? right == Right.OfTask : !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && !HttpMethods.IsOptions(http.Request.Method));

    private static Task RefuseAsync(HttpContext http, AccessVerdict verdict)
    {
        if (!verdict.MustLogIn || http.GetEndpoint()?.Metadata.GetMetadata<PageOfPeople>() is null || !HttpMethods.IsGet(http.Request.Method))
            return Security.Access.Refusal(verdict).ExecuteAsync(http);
        http.Response.Redirect(Acs.LoginPage.PathFor(http.Request));
        return Task.CompletedTask;
    }

    /// <summary>Answers are for people: who has to log in is sent to the page for it.</summary>
    public static TBuilder ForPeople<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Add(builder => builder.Metadata.Add(new PageOfPeople()));
        return endpoints;
    }

    /// <summary>Says which right the endpoints need.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoints, EndpointRight right)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Add(builder => builder.Metadata.Add(right));
        return endpoints;
    }

    /// <summary>Serves the routes of a router at a pattern; each has its own right.</summary>
    internal static IEndpointConventionBuilder MapRoutes(this IEndpointRouteBuilder endpoints, string pattern, ApiRouter routes, RequestDelegate? serve = null) =>
        endpoints.Map(pattern, serve ?? (http => routes.InvokeAsync(http, http.Request.Path.Value!))).Needs(Right.Of(routes));

    /// <summary>Who sent the request.</summary>
    /// <exception cref="InvalidOperationException">The server has no guard.</exception>
    internal static Access Access(this HttpContext http) =>
        http.Features.Get<Access>() ?? throw new InvalidOperationException("UseAccess is missing: nobody knows who sent this request.");
}

/// <summary>The endpoint answers with a page.</summary>
internal sealed record PageOfPeople;
