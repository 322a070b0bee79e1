using System.Reflection;
using StackExchange.Redis;

namespace Platform.Grains.Orleans;

/// <summary>Makes the collections that grains ask for by <see cref="PersistentItemsAttribute"/>.</summary>
internal sealed class PersistentItemsFactory(IConnectionMultiplexer redis, RedisKeys keys) : IAttributeToFactoryMapper<PersistentItemsAttribute>
{
    public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, PersistentItemsAttribute metadata) =>
        PersistentPart.Factory(this, nameof(Create), typeof(IPersistentItems<>), parameter, metadata.Name);

    private StagedItems<T> Create<T>(IGrainContext context, string name)
    {
        var items = new StagedItems<T>(new RedisItemsStore(redis.GetDatabase(), keys.Items(context.GrainId, name), name));
        PersistentPart.LoadFirst(context, name, items.LoadAsync);
        return items;
    }
}
