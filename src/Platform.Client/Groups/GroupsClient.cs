using Platform.Client.Http;

namespace Platform.Client.Groups;

/// <summary>The groups of a control plane: <see cref="IPlatformClient.Groups"/>.</summary>
public sealed class GroupsClient
{
    private readonly PlatformClient client;
    private readonly Wire wire;

    internal GroupsClient(PlatformClient client, Wire wire) => (this.client, this.wire) = (client, wire);

    /// <summary>The root, which has everything.</summary>
    public GroupHandle Root => Get("/");

    /// <summary>A handle of a group; nothing is asked yet, the group need not exist.</summary>
    public GroupHandle Get(string id) => new(client, wire, id);
}
