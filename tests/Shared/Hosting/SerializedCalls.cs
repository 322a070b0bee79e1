using Orleans.Serialization;

namespace Platform.Tests.Hosting;

/// <summary>Sends every argument of a call through the serializer, as a call to another silo does: within one silo, immutable values would pass as they are.</summary>
internal sealed class SerializedCalls(Serializer serializer) : IOutgoingGrainCallFilter
{
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        for (var i = 0; i < context.Request.GetArgumentCount(); i++)
        {
            if (context.Request.GetArgument(i) is { } argument and not CancellationToken)
                context.Request.SetArgument(i, serializer.Deserialize<object>(serializer.SerializeToArray<object>(argument))!);
        }

        return context.Invoke();
    }
}
