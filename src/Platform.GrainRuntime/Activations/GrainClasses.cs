using System.Collections.Concurrent;
using System.Reflection;

namespace Platform.GrainRuntime.Activations;

/// <summary>The grain classes that this process hosts.</summary>
internal sealed class GrainClasses
{
    private readonly Dictionary<string, GrainClass> _byTypeName = [];
    private readonly ConcurrentDictionary<Type, GrainClass> _byInterface = new();

    /// <exception cref="ArgumentException">Two classes have the same grain type name.</exception>
    public GrainClasses(IEnumerable<Assembly> assemblies)
    {
        var types = assemblies.Distinct().SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && typeof(Grain).IsAssignableFrom(type));
        foreach (var grainClass in types.Select(type => new GrainClass(type)))
        {
            if (!_byTypeName.TryAdd(grainClass.TypeName, grainClass))
            {
                throw new ArgumentException(
                    $"{grainClass.Type} and {_byTypeName[grainClass.TypeName].Type} are both grain type '{grainClass.TypeName}'; rename one or give it a [GrainType].");
            }
        }
    }

    public int Count => _byTypeName.Count;

    public GrainClass ByTypeName(string typeName) => _byTypeName.TryGetValue(typeName, out var grainClass)
        ? grainClass
        : throw new ArgumentException($"No grain class of type '{typeName}' is hosted here.");

    public GrainClass ByInterface(Type type) => _byInterface.GetOrAdd(type, Find);

    /// <summary>The assemblies with grains when none are named: the entry assembly and all it refers to.</summary>
    public static IEnumerable<Assembly> DefaultAssemblies()
    {
        var runtime = typeof(Grain).Assembly.GetName().Name;
        var seen = new Dictionary<string, Assembly>();
        var waiting = new Queue<Assembly>(Assembly.GetEntryAssembly() is { } entry ? [entry] : []);
        while (waiting.TryDequeue(out var assembly))
        {
            var references = assembly.GetReferencedAssemblies();
            if (references.All(reference => reference.Name != runtime) || !seen.TryAdd(assembly.FullName!, assembly))
            {
                continue;
            }

            foreach (var reference in references.Where(reference => !IsFramework(reference.Name!)))
            {
                waiting.Enqueue(Assembly.Load(reference));
            }
        }

        return seen.Values;
    }

    private static bool IsFramework(string name) =>
        name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal);

    private GrainClass Find(Type type)
    {
        var candidates = _byTypeName.Values.Where(grainClass => type.IsAssignableFrom(grainClass.Type)).ToList();
        return candidates.Count == 1
            ? candidates[0]
            : throw new ArgumentException(candidates.Count == 0
                ? $"No grain class that implements {type} is hosted here."
                : $"{type} is implemented by several grain classes: {string.Join(", ", candidates.Select(grainClass => grainClass.Type))}.");
    }
}
