using System.Text.Json;
using Platform.Api.Http;
using Platform.Api.Marathon.Operations;
using Platform.Api.Security;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Core.Security;

namespace Platform.Api.Registry;

/// <summary>What an operator does with instances from outside, for surfaces in the same process: what <c>/api/services</c> does, with the same checks.</summary>
public sealed class ServiceOperations(IGrainFactory grains)
{
    /// <summary>What is registered from outside, in the order of ids.</summary>
    public async Task<ValueList<ServiceRegistration>> RegistrationsAsync(string service) =>
        ServiceNames.Problem(service) is null ? await grains.GetGrain<IServiceGrain>(service).GetRegistrationsAsync() : default;

    /// <summary>Registers an instance or replaces it.</summary>
    /// <param name="service">The service.</param>
    /// <param name="id">The instance's id, unique in the service.</param>
    /// <param name="json">As <c>{"address": "10.0.0.7", "port": 5432, "tags": {}, "weight": 1, "ttlSeconds": 30, "state": "ready"}</c>.</param>
    /// <exception cref="OperationRefusedException">It is not valid; every problem is told.</exception>
    public async Task RegisterAsync(string service, string id, string json)
    {
        Demand();
        var problems = new JsonProblems();
        if (ServiceNames.Problem(service) is { } problem)
            problems.Rule("/service", problem);
        ServiceRegistration? registration;
        try
        {
            registration = RegistrationBody.Read(JsonElement.Parse(json), id, problems);
        }
        catch (JsonException failure)
        {
            throw new OperationRefusedException("Invalid JSON", "/", failure.Message);
        }
        if (problems.Any || registration is null)
            throw new OperationRefusedException(ErrorAnswer.Invalid(problems));
        await grains.GetGrain<IServiceGrain>(service).RegisterAsync(registration);
    }

    /// <summary>Says whether an instance is to be given work.</summary>
    /// <exception cref="OperationRefusedException">There is none of that id.</exception>
    public async Task SetStateAsync(string service, string id, EndpointState state)
    {
        Demand();
        var standing = (await RegistrationsAsync(service)).AsEnumerable().FirstOrDefault(one => one.Id == id) ?? throw Unknown(service, id);
        await grains.GetGrain<IServiceGrain>(service).RegisterAsync(standing with { State = state });
    }

    /// <summary>Removes an instance.</summary>
    /// <exception cref="OperationRefusedException">There is none of that id.</exception>
    public async Task DeregisterAsync(string service, string id)
    {
        Demand();
        if (ServiceNames.Problem(service) is not null || !await grains.GetGrain<IServiceGrain>(service).DeregisterAsync(id))
            throw Unknown(service, id);
    }

    private static void Demand() => AccessScope.Current.Demand(AccessAction.Update, ResourceId.Operations("networking"));

    private static OperationRefusedException Unknown(string service, string id) => new($"Service '{service}' has no instance '{id}' that was registered from outside", "id", "is not registered");
}
