using Platform.Core.Collections;

namespace Platform.Core.Ingress;

/// <summary>A backend of HAProxy: one port of a service.</summary>
/// <param name="Name">Its name, as marathon-lb makes it: <c>shop_web_10000</c>.</param>
/// <param name="Route">The route's id.</param>
/// <param name="AppId">The app's path, or the service.</param>
/// <param name="Text">Its lines before those of the servers.</param>
/// <param name="IsSticky">Clients stay with their servers.</param>
/// <param name="Slots">How many places for servers it has.</param>
/// <param name="Servers">The places that are taken, in their order.</param>
public sealed record HaproxyBackend(string Name, string Route, string AppId, string Text, bool IsSticky, int Slots, ValueList<HaproxyServer> Servers);
