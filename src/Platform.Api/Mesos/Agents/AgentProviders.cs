using Microsoft.AspNetCore.Http;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Agent.Call;
using Kind = Platform.Mesos.Wire.Agent.Call.Types.Type;
using ResourceProviderInfo = Platform.Mesos.Wire.Agent.ResourceProviderInfo;

namespace Platform.Api.Mesos.Agents;

/// <summary>Resource providers besides agents themselves: no kind of them is known here, and calls about them are answered as by an agent of Mesos without any.</summary>
internal static class AgentProviders
{
    /// <summary>True for a call about resource providers that asks for a change.</summary>
    public static bool Serves(Kind kind) =>
        kind is Kind.AddResourceProviderConfig or Kind.UpdateResourceProviderConfig or Kind.RemoveResourceProviderConfig or Kind.MarkResourceProviderGone;

    /// <summary>What is wrong with such a call as such; null: nothing.</summary>
    public static string? ProblemOf(Call call) => call.Type switch
    {
        Kind.AddResourceProviderConfig when call.AddResourceProviderConfig is null => "Expecting 'add_resource_provider_config' to be present",
        Kind.AddResourceProviderConfig when call.AddResourceProviderConfig.Info.Id is not null => "Expecting 'add_resource_provider_config.info.id' to be unset",
        Kind.UpdateResourceProviderConfig when call.UpdateResourceProviderConfig is null => "Expecting 'update_resource_provider_config' to be present",
        Kind.UpdateResourceProviderConfig when call.UpdateResourceProviderConfig.Info.Id is not null => "Expecting 'update_resource_provider_config.info.id' to be unset",
        Kind.RemoveResourceProviderConfig when call.RemoveResourceProviderConfig is null => "Expecting 'remove_resource_provider_config' to be present",
        Kind.MarkResourceProviderGone when call.MarkResourceProviderGone is null => "Expecting 'mark_resource_provider_gone' to be present",
        _ => null,
    };

    /// <summary>Returns if there is nothing to do.</summary>
    /// <exception cref="MesosRefusal">It cannot be done.</exception>
    public static void Answer(Call call)
    {
        switch (call.Type)
        {
            case Kind.AddResourceProviderConfig:
                throw Unknown(call.AddResourceProviderConfig.Info);
            case Kind.UpdateResourceProviderConfig:
                throw Unknown(call.UpdateResourceProviderConfig.Info);
            case Kind.MarkResourceProviderGone:
                throw new MesosRefusal(StatusCodes.Status500InternalServerError,
                    $"Could not mark nonexistent resource provider '{call.MarkResourceProviderGone.ResourceProviderId.Value}' as gone");
            default:
                // What is not there is removed already.
                return;
        }
    }

    private static MesosRefusal Unknown(ResourceProviderInfo info) => MesosRefusal.BadRequest(
        $"Failed to validate resource provider config with type '{info.Type}' and name '{info.Name}': Unknown local resource provider type '{info.Type}'");
}
