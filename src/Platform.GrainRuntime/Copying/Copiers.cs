using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using System.Reflection;
using Platform.GrainRuntime.Calls;

namespace Platform.GrainRuntime.Copying;

/// <summary>Finds the copier of a type. The rules are those of Orleans' serializer as far as they can be seen from outside.</summary>
internal sealed class Copiers
{
    public static readonly Copiers Sharing = new(copiesImmutable: false);
    public static readonly Copiers Full = new(copiesImmutable: true);

    private static readonly FrozenSet<Type> Scalars = new[]
    {
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly),
        typeof(TimeOnly), typeof(Uri), typeof(Version), typeof(IPAddress), typeof(IPEndPoint), typeof(BigInteger), typeof(Int128),
        typeof(UInt128), typeof(Half), typeof(CancellationToken), typeof(Type), typeof(ValueTuple), typeof(Unit),
    }.ToFrozenSet();

    private static readonly FrozenDictionary<Type, Type> Collections = new Dictionary<Type, Type>
    {
        [typeof(List<>)] = typeof(ListCopier<>),
        [typeof(Queue<>)] = typeof(QueueCopier<>),
        [typeof(Stack<>)] = typeof(StackCopier<>),
        [typeof(HashSet<>)] = typeof(HashSetCopier<>),
        [typeof(SortedSet<>)] = typeof(SortedSetCopier<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCopier<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryCopier<,>),
        [typeof(Nullable<>)] = typeof(NullableCopier<>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCopier<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCopier<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCopier<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetCopier<>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCopier<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryCopier<,>),
    }.ToFrozenDictionary();

    private readonly ConcurrentDictionary<Type, Copier> _copiers = new();
    private readonly bool _copiesImmutable;

    private Copiers(bool copiesImmutable) => _copiesImmutable = copiesImmutable;

    public Copier For(Type type)
    {
        if (_copiers.TryGetValue(type, out var found))
        {
            return found;
        }

        // Not GetOrAdd: making a copier may ask for the same type again when the type is recursive.
        var made = Create(type);
        return _copiers.GetOrAdd(type, made);
    }

    private static bool IsScalar(Type type) => type.IsPrimitive || type.IsEnum || Scalars.Contains(type);

    private static bool IsTuple(Type type) =>
        type.IsGenericType && type.Namespace == "System"
        && (type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) || type.Name.StartsWith("Tuple`", StringComparison.Ordinal));

    private Copier Create(Type type)
    {
        if (IsScalar(type) || typeof(GrainReference).IsAssignableFrom(type) || typeof(Exception).IsAssignableFrom(type) || typeof(Type).IsAssignableFrom(type))
        {
            return Make(typeof(PassThroughCopier<>), type);
        }

        if (type.IsGenericType && Collections.TryGetValue(type.GetGenericTypeDefinition(), out var collection))
        {
            return (Copier)Activator.CreateInstance(collection.MakeGenericType(type.GetGenericArguments()), this)!;
        }

        if (type.IsSZArray)
        {
            return (Copier)Activator.CreateInstance(typeof(ArrayCopier<>).MakeGenericType(type.GetElementType()!), this)!;
        }

        if (IsTuple(type) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)))
        {
            return Make(typeof(MemberCopier<>), type, this);
        }

        if (type.IsInterface || type.IsAbstract || type == typeof(object))
        {
            return Make(typeof(RuntimeTypeCopier<>), type, this, null);
        }

        if (!type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
        {
            return Make(typeof(MissingCopier<>), type);
        }

        var copier = type.IsDefined(typeof(ImmutableAttribute), inherit: false) && !_copiesImmutable
            ? Make(typeof(PassThroughCopier<>), type)
            : Make(typeof(MemberCopier<>), type, this);
        return type.IsSealed || type.IsValueType ? copier : Make(typeof(RuntimeTypeCopier<>), type, this, copier);
    }

    private static Copier Make(Type generic, Type type, params object?[] arguments) =>
        (Copier)Activator.CreateInstance(generic.MakeGenericType(type), BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, arguments, null)!;
}
