using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Storage.Records;

/// <summary>Makes the parts of records that grains ask for by attribute.</summary>
internal sealed class RecordParts(IRecordStore store, IServiceProvider services)
    : IAttributeToFactoryMapper<PersistentStateAttribute>, IAttributeToFactoryMapper<PersistentItemsAttribute>, IAttributeToFactoryMapper<PersistentLogAttribute>
{
    public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, PersistentStateAttribute metadata) =>
        Factory(parameter, typeof(IPersistentState<>), typeof(RecordedState<>), metadata.StateName);

    public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, PersistentItemsAttribute metadata) =>
        Factory(parameter, typeof(IPersistentItems<>), typeof(RecordedItems<>), metadata.Name);

    public Factory<IGrainContext, object> GetFactory(ParameterInfo parameter, PersistentLogAttribute metadata) =>
        Factory(parameter, typeof(IPersistentLog<>), typeof(RecordedLog<>), metadata.Name);

    private Factory<IGrainContext, object> Factory(ParameterInfo parameter, Type asked, Type part, string name)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != asked)
            throw new ArgumentException($"{parameter.Member.DeclaringType}: parameter {parameter.Name} must be an {asked.Name}, not {type}.");

        var make = typeof(RecordParts).GetMethod(nameof(Make), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(part.MakeGenericType(type.GetGenericArguments()))
            .CreateDelegate<Func<GrainRecord, string, object>>();
        var failedWrites = services.GetService<IFailedWrites>();
        return context => make(GrainRecord.Of(context, store, failedWrites), name);
    }

    private static object Make<TPart>(GrainRecord record, string name) => Activator.CreateInstance(typeof(TPart), record, name)!;
}
