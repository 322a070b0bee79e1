using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Platform.GrainRuntime.State;

namespace Platform.GrainRuntime.Activations;

/// <summary>A grain class: how the runtime makes and treats its grains.</summary>
internal sealed class GrainClass
{
    private readonly ConstructorInvoker? _constructor;
    private readonly Func<Activation, object?>[] _arguments;

    public GrainClass(Type type)
    {
        Type = type;
        TypeName = NameOf(type);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        IsKeptAlive = type.IsDefined(typeof(KeepAliveAttribute), inherit: true);
        MaximumWorkers = type.GetCustomAttribute<StatelessWorkerAttribute>()?.MaxLocalWorkers ?? 0;
        var constructors = type.GetConstructors();
        if (constructors.Length != 1)
        {
            throw new ArgumentException($"Grain class {type} has {constructors.Length} public constructors; it needs exactly one.");
        }

        _constructor = ConstructorInvoker.Create(constructors[0]);
        _arguments = [.. constructors[0].GetParameters().Select(Argument)];
    }

    private GrainClass(string typeName)
    {
        TypeName = typeName;
        _arguments = [];
        IsKeptAlive = true;
        Type = typeof(IGrainObserver);
    }

    /// <summary>What observers' objects are to the runtime.</summary>
    public static GrainClass Observer { get; } = new("observer");

    public Type Type { get; }

    public string TypeName { get; }

    public bool IsReentrant { get; }

    public bool IsKeptAlive { get; }

    /// <summary>For stateless workers: how many activations a grain may have. 0 for other grains.</summary>
    public int MaximumWorkers { get; }

    public object Create(Activation activation)
    {
        var arguments = new object?[_arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = _arguments[i](activation);
        }

        return _constructor!.Invoke(arguments.AsSpan());
    }

    private static string NameOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } named)
        {
            return named.GrainType;
        }

        var name = type.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) && name.Length > 5 ? name[..^5] : name;
    }

    private static Func<Activation, object?> Argument(ParameterInfo parameter)
    {
        if (parameter.GetCustomAttributes().OfType<IFacetMetadata>().FirstOrDefault() is { } facet)
        {
            return Facets.For(facet, parameter);
        }

        if (parameter.ParameterType == typeof(IGrainContext))
        {
            return static activation => activation;
        }

        var key = parameter.GetCustomAttribute<FromKeyedServicesAttribute>()?.Key;
        return activation =>
        {
            var services = activation.ActivationServices;
            var service = key is null ? services.GetService(parameter.ParameterType) : services.GetKeyedServices(parameter.ParameterType, key).LastOrDefault();
            return service ?? (parameter.HasDefaultValue
                ? parameter.DefaultValue
                : throw new InvalidOperationException($"{activation.Class.Type} needs a {parameter.ParameterType} in its constructor, and no such service is registered."));
        };
    }
}
