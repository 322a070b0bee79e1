using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Platform.GrainRuntime.Calls;

/// <summary>
/// Emits the class of an interface's references. A method's body is
/// <c>return this.CallTaskOf&lt;TArguments, TResult&gt;(index, new ValueTuple&lt;...&gt;(a, b, ...));</c>
/// </summary>
internal static class ReferenceEmitter
{
    private const BindingFlags Inherited = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    private static readonly Lock Gate = new();
    private static readonly AssemblyBuilder Assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Platform.GrainRuntime.References"), AssemblyBuilderAccess.Run);
    private static readonly ModuleBuilder Module = Assembly.DefineDynamicModule("References");
    private static readonly HashSet<string> Accessible = [];

    public static Func<ReferenceTarget, GrainReference> Emit(Type interfaceType, GrainMethod[] methods)
    {
        lock (Gate)
        {
            AllowAccess(typeof(GrainReference));
            foreach (var type in methods.SelectMany(Mentioned).Append(interfaceType))
            {
                AllowAccess(type);
            }

            var builder = Module.DefineType($"{interfaceType.FullName}.Reference", TypeAttributes.Sealed | TypeAttributes.NotPublic, typeof(GrainReference), [interfaceType]);
            DefineConstructor(builder);
            for (var i = 0; i < methods.Length; i++)
            {
                DefineMethod(builder, methods[i], i);
            }

            var constructor = builder.CreateType().GetConstructor([typeof(ReferenceTarget)])!;
            var target = Expression.Parameter(typeof(ReferenceTarget));
            return Expression.Lambda<Func<ReferenceTarget, GrainReference>>(Expression.New(constructor, target), target).Compile();
        }
    }

    private static void DefineConstructor(TypeBuilder builder)
    {
        var il = builder.DefineConstructor(MethodAttributes.Public, CallingConventions.HasThis, [typeof(ReferenceTarget)]).GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Call, typeof(GrainReference).GetConstructor(Inherited, [typeof(ReferenceTarget)])!);
        il.Emit(OpCodes.Ret);
    }

    private static void DefineMethod(TypeBuilder builder, GrainMethod grainMethod, int index)
    {
        var method = grainMethod.Method;
        var parameters = method.GetParameters();
        var arguments = GrainInterface.ArgumentsType(parameters);
        var definition = builder.DefineMethod(
            $"{method.DeclaringType!.FullName}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            method.ReturnType,
            [.. parameters.Select(parameter => parameter.ParameterType)]);
        var il = definition.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, index);
        if (parameters.Length == 0)
        {
            il.Emit(OpCodes.Ldloc, il.DeclareLocal(typeof(ValueTuple)));
        }
        else
        {
            for (var i = 1; i <= parameters.Length; i++)
            {
                il.Emit(OpCodes.Ldarg, (short)i);
            }

            il.Emit(OpCodes.Newobj, arguments.GetConstructors().Single());
        }

        il.Emit(OpCodes.Call, Target(method.ReturnType, arguments));
        il.Emit(OpCodes.Ret);
        builder.DefineMethodOverride(definition, method);
    }

    private static MethodInfo Target(Type returned, Type arguments)
    {
        var result = returned.IsGenericType ? returned.GetGenericArguments()[0] : null;
        var name = (returned.IsValueType, result) switch
        {
            _ when returned == typeof(void) => "CallVoid",
            (false, null) => "CallTask",
            (false, _) => "CallTaskOf",
            (true, null) => "CallValueTask",
            (true, _) => "CallValueTaskOf",
        };
        return typeof(GrainReference).GetMethod(name, Inherited)!.MakeGenericMethod(result is null ? [arguments] : [arguments, result]);
    }

    private static IEnumerable<Type> Mentioned(GrainMethod method) =>
        method.Method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.Method.ReturnType).Append(method.InterfaceType).SelectMany(Parts);

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.GetGenericArguments().SelectMany(Parts).Append(type);

    /// <summary>Internal interfaces and types of any assembly may be named, as in code that a generator adds to the assembly itself.</summary>
    private static void AllowAccess(Type type)
    {
        var name = type.Assembly.GetName().Name!;
        if (Accessible.Add(name))
        {
            Assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!, [name]));
        }
    }
}
