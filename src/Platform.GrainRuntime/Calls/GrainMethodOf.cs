using System.Linq.Expressions;
using System.Reflection;
using Platform.GrainRuntime.Copying;

namespace Platform.GrainRuntime.Calls;

/// <summary>Calls the method on a grain object.</summary>
internal delegate ValueTask<TResult> MethodInvoker<TArguments, TResult>(object target, ref TArguments arguments);

/// <summary>Copies arguments in place.</summary>
internal delegate void ArgumentCopier<TArguments>(ref TArguments arguments);

/// <inheritdoc/>
/// <typeparam name="TArguments">A value tuple of the arguments.</typeparam>
/// <typeparam name="TResult">The result, <see cref="Unit"/> for none.</typeparam>
internal sealed class GrainMethodOf<TArguments, TResult>(MethodInfo method, Type interfaceType) : GrainMethod(method, interfaceType)
    where TArguments : struct
{
    private readonly Lazy<ArgumentCopier<TArguments>?> _shareArguments = new(() => CompileCopier(method, Copiers.Sharing));
    private readonly Lazy<ArgumentCopier<TArguments>?> _copyArguments = new(() => CompileCopier(method, Copiers.Full));

    public MethodInvoker<TArguments, TResult> Invoke { get; } = CompileInvoker(method, interfaceType);

    public void CopyArguments(Copiers copiers, ref TArguments arguments) =>
        (copiers == Copiers.Full ? _copyArguments : _shareArguments).Value?.Invoke(ref arguments);

    private static MethodInvoker<TArguments, TResult> CompileInvoker(MethodInfo method, Type interfaceType)
    {
        var target = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(TArguments).MakeByRefType());
        Expression call = Expression.Call(
            Expression.Convert(target, interfaceType),
            method,
            method.GetParameters().Select((_, i) => Expression.Field(arguments, $"Item{i + 1}")));
        var body = method.ReturnType == typeof(void)
            ? Expression.Block(call, Expression.Default(typeof(ValueTask<TResult>)))
            : (Expression)Expression.Call(typeof(ReturnedTask), nameof(ReturnedTask.Adapt), method.ReturnType.GetGenericArguments(), call);
        return Expression.Lambda<MethodInvoker<TArguments, TResult>>(body, target, arguments).Compile();
    }

    private static ArgumentCopier<TArguments>? CompileCopier(MethodInfo method, Copiers copiers)
    {
        var arguments = Expression.Parameter(typeof(TArguments).MakeByRefType());
        var copies = new List<Expression>();
        foreach (var (parameter, i) in method.GetParameters().Select((parameter, i) => (parameter, i)))
        {
            var isShared = parameter.IsDefined(typeof(ImmutableAttribute)) && copiers != Copiers.Full;
            if (!isShared && !copiers.For(parameter.ParameterType).IsPassThrough)
            {
                var item = Expression.Field(arguments, $"Item{i + 1}");
                copies.Add(Expression.Assign(item, Expression.Call(
                    typeof(MemberCopy), nameof(MemberCopy.Of), [parameter.ParameterType], item, Expression.Constant(copiers), Expression.Constant(0))));
            }
        }

        return copies.Count == 0 ? null : Expression.Lambda<ArgumentCopier<TArguments>>(Expression.Block(copies), arguments).Compile();
    }
}
