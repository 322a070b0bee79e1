using System.Reflection;

namespace Platform.GrainRuntime.Calls;

/// <summary>One method of a grain interface, as calls need it.</summary>
internal abstract class GrainMethod(MethodInfo method, Type interfaceType)
{
    public MethodInfo Method { get; } = method;

    public Type InterfaceType { get; } = interfaceType;

    /// <summary>Methods without a return type (of observers) are one-way by nature.</summary>
    public bool IsOneWay { get; } = method.ReturnType == typeof(void) || method.IsDefined(typeof(OneWayAttribute));

    public bool AlwaysInterleaves { get; } = method.IsDefined(typeof(AlwaysInterleaveAttribute));

    public bool IsReadOnly { get; } = method.IsDefined(typeof(ReadOnlyAttribute));

    public int ArgumentCount { get; } = method.GetParameters().Length;

    public override string ToString() => $"{InterfaceType.Name}.{Method.Name}";
}
