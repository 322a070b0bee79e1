using StackExchange.Redis;

namespace Platform.Grains.Orleans;

/// <summary>The names of what this lane stores by itself, under the cluster's id.</summary>
internal sealed record RedisKeys(string Cluster)
{
    public RedisKey Items(GrainId grain, string name) => $"{Cluster}/items/{grain}/{name}";

    public RedisKey Log(GrainId grain, string name) => $"{Cluster}/log/{grain}/{name}";
}
