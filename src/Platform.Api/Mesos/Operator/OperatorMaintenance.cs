using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Mapping;
using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Contracts.Allocation;
using Platform.Contracts.Maintenance;
using Platform.Core.Collections;
using Platform.Core.Security;
using Platform.Mesos.Protocol;
using Response = Platform.Mesos.Wire.Operator.Response;

namespace Platform.Api.Mesos.Operator;

/// <summary>Maintenance of machines: the calls, and Mesos' older endpoints <c>maintenance/schedule</c>, <c>maintenance/status</c>, <c>machine/down</c> and <c>machine/up</c>.</summary>
internal sealed class OperatorMaintenance(IGrainFactory grains)
{
    private IMaintenanceGrain Maintenance => grains.GetGrain<IMaintenanceGrain>(0);

    /// <summary>The schedule.</summary>
    public async Task<Response> ScheduleAsync() => new()
    {
        Type = Response.Types.Type.GetMaintenanceSchedule,
        GetMaintenanceSchedule = new() { Schedule = MaintenanceMapping.ToWire(await Maintenance.GetAsync()) },
    };

    /// <summary>Which machines drain and which are down.</summary>
    public async Task<Response> StatusAsync() => new()
    {
        Type = Response.Types.Type.GetMaintenanceStatus,
        GetMaintenanceStatus = new() { Status = MaintenanceMapping.Status(await Maintenance.GetAsync(), await grains.GetGrain<IAllocatorGrain>(0).GetInverseOfferAnswersAsync()) },
    };

    /// <summary>Replaces the schedule.</summary>
    /// <exception cref="MesosRefusal">It cannot be.</exception>
    public async Task UpdateAsync(Wire.Maintenance.Schedule schedule) => Refuse(await Maintenance.UpdateAsync(MaintenanceMapping.Read(schedule)));

    /// <summary>Takes machines down.</summary>
    /// <exception cref="MesosRefusal">They cannot be.</exception>
    public async Task StartAsync(IEnumerable<Wire.MachineID> machines) => Refuse(await Maintenance.StartAsync(MaintenanceMapping.Read(machines)));

    /// <summary>Brings machines up.</summary>
    /// <exception cref="MesosRefusal">They cannot be.</exception>
    public async Task StopAsync(IEnumerable<Wire.MachineID> machines) => Refuse(await Maintenance.StopAsync(MaintenanceMapping.Read(machines)));

    public async Task ServeScheduleAsync(HttpContext http)
    {
        if (HttpMethods.IsPost(http.Request.Method))
        {
            Demand(http);
            using var body = await OperatorForms.ReadJsonAsync(http);
            await UpdateAsync(OperatorForms.Message<Wire.Maintenance.Schedule>(body.RootElement));
            return;
        }
        http.Access().Demand(AccessAction.Read, ResourceId.Operations("mesos"));
        var answer = await ScheduleAsync();
        await JsonpAnswer.WriteAsync(http, writer => MesosJson.Write(writer, answer.GetMaintenanceSchedule.Schedule));
    }

    public async Task ServeStatusAsync(HttpContext http)
    {
        var answer = await StatusAsync();
        await JsonpAnswer.WriteAsync(http, writer => MesosJson.Write(writer, answer.GetMaintenanceStatus.Status));
    }

    public async Task ServeDownAsync(HttpContext http) => await StartAsync(await ReadMachinesAsync(http));

    public async Task ServeUpAsync(HttpContext http) => await StopAsync(await ReadMachinesAsync(http));

    private static async Task<List<Wire.MachineID>> ReadMachinesAsync(HttpContext http)
    {
        Demand(http);
        using var body = await OperatorForms.ReadJsonAsync(http);
        return body.RootElement.ValueKind == JsonValueKind.Array
            ? [.. body.RootElement.EnumerateArray().Select(OperatorForms.Message<Wire.MachineID>)]
            : throw MesosRefusal.BadRequest("Failed to parse request JSON: expecting an array of machines such as [{\"hostname\":\"..\",\"ip\":\"..\"}]");
    }

    private static void Demand(HttpContext http) => http.Access().Demand(AccessAction.Update, ResourceId.Operations("slave"));

    private static void Refuse(ValueList<string> problems)
    {
        if (!problems.IsEmpty)
            throw MesosRefusal.BadRequest(string.Join("; ", problems.AsEnumerable()));
    }
}
