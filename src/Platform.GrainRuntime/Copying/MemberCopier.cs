using System.Reflection;
using System.Reflection.Emit;

namespace Platform.GrainRuntime.Copying;

/// <summary>
/// For [GenerateSerializer] types and tuples: a clone whose mutable members are copied in turn. Members without [Id] are reset to their
/// default, since a serializer would not have carried them.
/// </summary>
internal sealed class MemberCopier<T> : Copier<T>
{
    private const BindingFlags DeclaredFields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly bool IsTuple = !typeof(T).IsDefined(typeof(GenerateSerializerAttribute), inherit: false);
    private readonly Copiers _copiers;
    private readonly Lazy<CopyMembers> _copy;

    public MemberCopier(Copiers copiers)
    {
        _copiers = copiers;

        // Made on first use, so that types may refer to themselves.
        _copy = new Lazy<CopyMembers>(Compile);
    }

    /// <summary>A tuple is as changeable as what it holds; other types say so by [Immutable], which is decided elsewhere.</summary>
    public override bool IsPassThrough => IsTuple && Fields().All(member => _copiers.For(member.FieldType).IsPassThrough);

    private delegate T CopyMembers(T value, Copiers copiers, int depth);

    public override T Copy(T value, int depth)
    {
        if (value is null)
        {
            return value;
        }

        CheckDepth(depth, typeof(T));
        return _copy.Value(value, _copiers, depth + 1);
    }

    private CopyMembers Compile()
    {
        var method = new DynamicMethod($"Copy {typeof(T)}", typeof(T), [typeof(T), typeof(Copiers), typeof(int)], typeof(MemberCopier<T>), skipVisibility: true);
        var il = method.GetILGenerator();
        var copy = il.DeclareLocal(typeof(T));
        il.Emit(OpCodes.Ldarg_0);
        if (!typeof(T).IsValueType)
        {
            il.Emit(OpCodes.Call, typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!);
            il.Emit(OpCodes.Castclass, typeof(T));
        }

        il.Emit(OpCodes.Stloc, copy);
        foreach (var field in Fields().Where(field => !Travels(field) || !_copiers.For(field.FieldType).IsPassThrough))
        {
            il.Emit(typeof(T).IsValueType ? OpCodes.Ldloca : OpCodes.Ldloc, copy);
            if (Travels(field))
            {
                il.Emit(OpCodes.Ldarg_0);
                il.Emit(OpCodes.Ldfld, field);
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Ldarg_2);
                il.Emit(OpCodes.Call, typeof(MemberCopy).GetMethod(nameof(MemberCopy.Of))!.MakeGenericMethod(field.FieldType));
            }
            else
            {
                var empty = il.DeclareLocal(field.FieldType);
                il.Emit(OpCodes.Ldloca, empty);
                il.Emit(OpCodes.Initobj, field.FieldType);
                il.Emit(OpCodes.Ldloc, empty);
            }

            il.Emit(OpCodes.Stfld, field);
        }

        il.Emit(OpCodes.Ldloc, copy);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<CopyMembers>();
    }

    private static IEnumerable<FieldInfo> Fields()
    {
        for (var type = typeof(T); type is not null && type != typeof(object) && type != typeof(ValueType); type = type.BaseType)
        {
            foreach (var member in type.GetFields(DeclaredFields))
            {
                yield return member;
            }
        }
    }

    private static bool Travels(FieldInfo field)
    {
        if (IsTuple || field.IsDefined(typeof(IdAttribute)))
        {
            return true;
        }

        // <Name>k__BackingField
        var end = field.Name.IndexOf(">k__BackingField", StringComparison.Ordinal);
        return end > 0 && field.DeclaringType!
            .GetProperty(field.Name[1..end], DeclaredFields)?.IsDefined(typeof(IdAttribute), inherit: false) == true;
    }
}

/// <summary>What the compiled copiers call for each member.</summary>
internal static class MemberCopy
{
    public static TMember Of<TMember>(TMember value, Copiers copiers, int depth) => CopierOf<TMember>.In(copiers).Copy(value, depth);
}
