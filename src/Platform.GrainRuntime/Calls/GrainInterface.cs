using System.Collections.Concurrent;
using System.Reflection;

namespace Platform.GrainRuntime.Calls;

/// <summary>A grain or observer interface: its methods and the class of its references. The same for all runtimes of a process.</summary>
internal sealed class GrainInterface
{
    /// <summary>What a value tuple takes without nesting.</summary>
    private const int MaximumArguments = 7;

    private static readonly ConcurrentDictionary<Type, Lazy<GrainInterface>> Known = new();
    private readonly Func<ReferenceTarget, GrainReference> _create;

    private GrainInterface(Type type)
    {
        if (!type.IsInterface || !typeof(IAddressable).IsAssignableFrom(type) || type.ContainsGenericParameters)
        {
            throw new ArgumentException($"{type} is not a grain or observer interface.");
        }

        Type = type;
        Methods = [.. type.GetInterfaces().Prepend(type).SelectMany(i => i.GetMethods().Select(method => Describe(method, i)))];
        _create = ReferenceEmitter.Emit(type, Methods);
    }

    public Type Type { get; }

    public GrainMethod[] Methods { get; }

    public static GrainInterface For(Type type) => Known.GetOrAdd(type, static t => new Lazy<GrainInterface>(() => new GrainInterface(t))).Value;

    public GrainReference CreateReference(EmbeddedSilo silo, GrainId grainId) => _create(new ReferenceTarget(silo, grainId, this));

    private static GrainMethod Describe(MethodInfo method, Type interfaceType)
    {
        var parameters = method.GetParameters();
        if (method.IsGenericMethodDefinition || parameters.Length > MaximumArguments || parameters.Any(parameter => parameter.ParameterType.IsByRef))
        {
            throw new ArgumentException(
                $"{interfaceType}.{method.Name} cannot be called: grain methods have no type parameters, no ref parameters and at most {MaximumArguments} parameters.");
        }

        return (GrainMethod)Activator.CreateInstance(
            typeof(GrainMethodOf<,>).MakeGenericType(ArgumentsType(parameters), ResultType(method)), method, interfaceType)!;
    }

    internal static Type ArgumentsType(ParameterInfo[] parameters) => parameters.Length == 0
        ? typeof(ValueTuple)
        : Type.GetType($"System.ValueTuple`{parameters.Length}", throwOnError: true)!.MakeGenericType([.. parameters.Select(parameter => parameter.ParameterType)]);

    private static Type ResultType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task) || type == typeof(ValueTask) || (type == typeof(void) && typeof(IGrainObserver).IsAssignableFrom(method.DeclaringType)))
        {
            return typeof(Unit);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() is var generic && (generic == typeof(Task<>) || generic == typeof(ValueTask<>)))
        {
            return type.GetGenericArguments()[0];
        }

        throw new ArgumentException($"{method.DeclaringType}.{method.Name} returns {type}; a grain method returns Task, Task<T>, ValueTask or ValueTask<T>.");
    }
}
