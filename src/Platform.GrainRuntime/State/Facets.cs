using System.Reflection;
using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Storage;

namespace Platform.GrainRuntime.State;

/// <summary>Makes what a grain's constructor asks for by attribute.</summary>
internal static class Facets
{
    private static readonly MethodInfo MakeDefinition = typeof(Facets).GetMethod(nameof(Make), BindingFlags.Static | BindingFlags.NonPublic)!;

    public static Func<Activation, object?> For(IFacetMetadata facet, ParameterInfo parameter)
    {
        var (definition, part, name) = facet switch
        {
            PersistentStateAttribute state => (typeof(IPersistentState<>), typeof(PersistentState<>), state.StateName),
            PersistentItemsAttribute items => (typeof(IPersistentItems<>), typeof(PersistentItems<>), items.Name),
            PersistentLogAttribute log => (typeof(IPersistentLog<>), typeof(PersistentLog<>), log.Name),
            _ => throw new ArgumentException($"{parameter.Member.DeclaringType}: {facet.GetType()} is not known to this runtime."),
        };
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != definition)
        {
            throw new ArgumentException($"{parameter.Member.DeclaringType}: parameter {parameter.Name} with {facet.GetType().Name} must be an {definition.Name}, not {type}.");
        }

        return MakeDefinition.MakeGenericMethod(part.MakeGenericType(type.GetGenericArguments())).CreateDelegate<Func<string, Func<Activation, object?>>>()(name);
    }

    private static Func<Activation, object?> Make<TPart>(string name)
        where TPart : IActivationPart
    {
        var constructor = ConstructorInvoker.Create(typeof(TPart).GetConstructors().Single());
        return activation =>
        {
            var part = (TPart)constructor.Invoke(activation, name);
            activation.AddPart(part);
            return part;
        };
    }
}
