using System.Reflection;
using StackExchange.Redis;

namespace Platform.Grains.Orleans;

/// <summary>Makes the logs that grains ask for by <see cref="PersistentLogAttribute"/>.</summary>
internal sealed class PersistentLogFactory(IConnectionMultiplexer redis, RedisKeys keys) : IAttributeToFactoryMapper<PersistentLogAttribute>
{
    public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, PersistentLogAttribute metadata) =>
        PersistentPart.Factory(this, nameof(Create), typeof(IPersistentLog<>), parameter, metadata.Name);

    private StagedLog<T> Create<T>(IGrainContext context, string name)
    {
        var log = new StagedLog<T>(new RedisLogStore(redis.GetDatabase(), keys.Log(context.GrainId, name), name));
        PersistentPart.LoadFirst(context, name, log.LoadAsync);
        return log;
    }
}
