namespace Platform.Client;

/// <summary>Goes on with a call: to the next interceptor, or to the control plane.</summary>
/// <param name="call">What is asked.</param>
/// <param name="cancellationToken">Ends the call, also at its deadline.</param>
/// <returns>The answer, whose status is a success, when its headers are there.</returns>
/// <exception cref="PlatformException">The call was refused or not answered.</exception>
public delegate Task<HttpResponseMessage> ClientSend(ClientCall call, CancellationToken cancellationToken);

/// <summary>Sees every call of a client, and may change it, answer it in the control plane's place, or send it more than once. Safe for many threads.</summary>
/// <remarks>It sees a call once: other addresses and retries are behind it. Commands in tasks, which are WebSockets, do not come by.</remarks>
public interface IClientInterceptor
{
    /// <summary>Carries out a call, by <paramref name="next"/> as a rule.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="next">Goes on.</param>
    /// <param name="cancellationToken">Ends the call, also at its deadline.</param>
    Task<HttpResponseMessage> SendAsync(ClientCall call, ClientSend next, CancellationToken cancellationToken);
}
