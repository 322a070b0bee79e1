using System.Reflection;
using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Storage;

namespace Platform.GrainRuntime.State;

/// <summary>Makes what a grain's constructor asks for by attribute.</summary>
internal static class Facets
{
    public static Func<Activation, object?> For(IFacetMetadata facet, ParameterInfo parameter) => facet switch
    {
        PersistentStateAttribute state => Make(nameof(State), typeof(IPersistentState<>), state.StateName, parameter),
        PersistentItemsAttribute items => Make(nameof(Items), typeof(IPersistentItems<>), items.Name, parameter),
        PersistentLogAttribute log => Make(nameof(Log), typeof(IPersistentLog<>), log.Name, parameter),
        _ => throw new ArgumentException($"{parameter.Member.DeclaringType}: {facet.GetType()} is not known to this runtime."),
    };

    private static Func<Activation, object?> Make(string method, Type definition, string name, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != definition)
        {
            throw new ArgumentException($"{parameter.Member.DeclaringType}: parameter {parameter.Name} must be an {definition.Name}, not {type}.");
        }

        var make = typeof(Facets).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type.GetGenericArguments())
            .CreateDelegate<Func<Activation, string, object>>();
        return activation => make(activation, name);
    }

    private static PersistentState<T> State<T>(Activation activation, string name)
    {
        var state = new PersistentState<T>(activation, name);
        activation.LoadFirst(state.ReadStateAsync);
        return state;
    }

    private static StagedItems<T> Items<T>(Activation activation, string name)
    {
        var items = new StagedItems<T>(new SqliteItems(activation, name));
        activation.LoadFirst(items.LoadAsync);
        return items;
    }

    private static StagedLog<T> Log<T>(Activation activation, string name)
    {
        var log = new StagedLog<T>(new SqliteLog(activation, name));
        activation.LoadFirst(log.LoadAsync);
        return log;
    }
}
