using Microsoft.AspNetCore.Http;

namespace Platform.Api.Http;

/// <summary>Answers one request.</summary>
/// <param name="request">The request with the values that its path has for the route's names.</param>
internal delegate Task<IResult> ApiHandler(ApiRequest request);
