using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Platform.Grains.Tests.Serialization;

/// <summary>
/// Walks the grain and observer interfaces of assemblies and everything their methods take and give, and what their grain classes
/// store, and lists what Orleans' serializer could not carry. This file is compiled into each test project that walks, on both lanes.
/// </summary>
public sealed class SerializationWalk
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private const int MaximumParameters = 7;

    private static readonly HashSet<Type> Scalars =
    [
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly),
        typeof(Uri), typeof(Version), typeof(IPAddress), typeof(IPEndPoint), typeof(BigInteger), typeof(CancellationToken),
    ];

    private static readonly HashSet<Type> Collections =
    [
        typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(Queue<>), typeof(Stack<>), typeof(SortedDictionary<,>), typeof(SortedSet<>),
        typeof(IReadOnlyList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyDictionary<,>), typeof(KeyValuePair<,>), typeof(Nullable<>),
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(ImmutableDictionary<,>),
        typeof(ImmutableSortedDictionary<,>),
    ];

    private readonly Assembly[] _assemblies;
    private readonly HashSet<Type> _seen = [];
    private readonly List<string> _problems = [];

    private SerializationWalk(Assembly[] assemblies) => _assemblies = assemblies;

    /// <summary>Every problem, each with the place it was found.</summary>
    public static IReadOnlyList<string> FindProblems(params Assembly[] assemblies) =>
        FindProblems(assemblies.SelectMany(assembly => assembly.GetTypes()), assemblies);

    /// <summary>The same for some interfaces and grain classes only.</summary>
    public static IReadOnlyList<string> FindProblems(IEnumerable<Type> types, params Assembly[] assemblies)
    {
        var walk = new SerializationWalk(assemblies);
        foreach (var type in types)
        {
            if (type.IsInterface && IsAddressable(type))
            {
                walk.VisitInterface(type);
            }
            else if (type.IsClass && typeof(Grain).IsAssignableFrom(type))
            {
                walk.VisitStored(type);
            }
        }

        return walk._problems;
    }

    private static bool IsAddressable(Type type) => typeof(IGrain).IsAssignableFrom(type) || typeof(IGrainObserver).IsAssignableFrom(type);

    private void VisitInterface(Type type)
    {
        foreach (var method in type.GetMethods())
        {
            var place = $"{type.Name}.{method.Name}";
            var parameters = method.GetParameters();
            if (method.IsGenericMethod || parameters.Length > MaximumParameters || parameters.Any(parameter => parameter.ParameterType.IsByRef))
            {
                _problems.Add($"{place}: a grain method has no type parameters, no ref parameters and at most {MaximumParameters} parameters");
            }

            VisitReturn(method, place);
            foreach (var parameter in parameters)
            {
                Visit(parameter.ParameterType, $"{place}({parameter.Name})");
            }
        }
    }

    private void VisitReturn(MethodInfo method, string place)
    {
        var type = method.ReturnType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() is var generic && (generic == typeof(Task<>) || generic == typeof(ValueTask<>)))
        {
            Visit(type.GetGenericArguments()[0], place);
        }
        else if (type != typeof(Task) && type != typeof(ValueTask) && !(type == typeof(void) && typeof(IGrainObserver).IsAssignableFrom(method.DeclaringType)))
        {
            _problems.Add($"{place} returns {type.Name}; a grain method returns Task, Task<T>, ValueTask or ValueTask<T>");
        }
    }

    private void VisitStored(Type grainClass)
    {
        foreach (var parameter in grainClass.GetConstructors().SelectMany(constructor => constructor.GetParameters()))
        {
            if (parameter.GetCustomAttributes().OfType<IFacetMetadata>().Any() && parameter.ParameterType.IsGenericType)
            {
                Visit(parameter.ParameterType.GetGenericArguments()[0], $"{grainClass.Name}({parameter.Name})");
            }
        }
    }

    private void Visit(Type type, string place)
    {
        if (type.IsPrimitive || type.IsEnum || Scalars.Contains(type) || type.IsGenericParameter || IsAddressable(type) || !_seen.Add(type))
        {
            return;
        }

        if (type.HasElementType)
        {
            Visit(type.GetElementType()!, place);
            return;
        }

        foreach (var argument in type.GetGenericArguments())
        {
            Visit(argument, place);
        }

        if ((type.IsGenericType && Collections.Contains(type.GetGenericTypeDefinition())) || typeof(ITuple).IsAssignableFrom(type))
        {
            return;
        }

        if (!type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
        {
            _problems.Add($"{place}: {type} has no [GenerateSerializer]");
            return;
        }

        VisitMembers(type);
        VisitRelatives(type, place);
    }

    private void VisitMembers(Type type)
    {
        var numbers = new Dictionary<uint, string>();
        var properties = type.GetProperties(Declared).Where(property => property.IsDefined(typeof(IdAttribute), inherit: false)).ToList();
        foreach (var property in properties)
        {
            Number(property, property.PropertyType);
            if (type.GetField($"<{property.Name}>k__BackingField", Declared) is null)
            {
                _problems.Add($"{type.Name}.{property.Name} has an [Id], but keeps its value elsewhere; put the [Id] on the field");
            }
        }

        // A field that is left out on purpose, such as a cache, says so by [NonSerialized].
        foreach (var field in type.GetFields(Declared).Where(field => !field.IsDefined(typeof(NonSerializedAttribute))
            && !properties.Any(property => field.Name == $"<{property.Name}>k__BackingField")))
        {
            Number(field, field.FieldType);
        }

        foreach (var property in type.GetProperties(Declared).Where(property => type.IsDefined(typeof(ImmutableAttribute), false) && IsSettable(property)))
        {
            _problems.Add($"{type.Name}.{property.Name} can be set, but its type is [Immutable] and shared between grains; make it init");
        }

        void Number(MemberInfo member, Type memberType)
        {
            var name = member.Name.StartsWith('<') ? member.Name[1..member.Name.IndexOf('>', StringComparison.Ordinal)] : member.Name;
            if (member.GetCustomAttribute<IdAttribute>()?.Id is not { } number)
            {
                _problems.Add($"{type.Name}.{name} has no [Id]");
            }
            else if (!numbers.TryAdd(number, name))
            {
                _problems.Add($"{type.Name}.{name} has the same [Id({number})] as {numbers[number]}");
            }

            Visit(memberType, $"{type.Name}.{name}");
        }
    }

    /// <summary>A base type must travel too, and every type that derives from one that may stand in its place.</summary>
    private void VisitRelatives(Type type, string place)
    {
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && !typeof(Exception).IsAssignableFrom(type))
        {
            Visit(parent, $"{place}: the base of {type.Name}");
        }

        foreach (var derived in _assemblies.Append(type.Assembly).Distinct().SelectMany(assembly => assembly.GetTypes()).Where(other => other.BaseType == type))
        {
            Visit(derived, $"{place}: {derived.Name} derives from {type.Name}");
        }
    }

    private static bool IsSettable(PropertyInfo property) =>
        property.SetMethod is { IsPublic: true } setter && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
}
