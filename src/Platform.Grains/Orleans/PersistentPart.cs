using System.Reflection;

namespace Platform.Grains.Orleans;

/// <summary>What the factories of stored parts have in common.</summary>
internal static class PersistentPart
{
    /// <param name="mapper">Has the generic method.</param>
    /// <param name="method">Its name; it takes the activation and the part's name.</param>
    /// <param name="definition">What the parameter must be.</param>
    /// <param name="parameter">Of the grain's constructor.</param>
    /// <param name="name">The part's name.</param>
    public static Factory<IGrainContext, object> Factory(object mapper, string method, Type definition, ParameterInfo parameter, string name)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != definition)
        {
            throw new ArgumentException($"{parameter.Member.DeclaringType}: parameter {parameter.Name} must be an {definition.Name}, not {type}.");
        }

        var make = mapper.GetType().GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic)!
            .MakeGenericMethod(type.GetGenericArguments())
            .CreateDelegate<Func<IGrainContext, string, object>>(mapper);
        return context => make(context, name);
    }

    /// <summary>Reads what is stored before the grain is activated, when Orleans reads its own states.</summary>
    public static void LoadFirst(IGrainContext context, string name, Func<Task> load) =>
        context.ObservableLifecycle.Subscribe(name, GrainLifecycleStage.SetupState, _ => load(), _ => Task.CompletedTask);
}
