using System.Text.Json;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Contracts.Allocation;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Roles;
using Platform.Core.Security;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Operator;

/// <summary>Mesos' older endpoints that change something: forms with <c>slaveId=..&amp;resources=[..]</c>, and <c>weights</c> and <c>quota</c> with JSON.</summary>
internal sealed class OperatorForms(OperatorChanges changes, MesosLogging logging, IGrainFactory grains)
{
    public async Task TeardownAsync(HttpContext http)
    {
        http.Access().Demand(AccessAction.Delete, "dcos:mesos:master:framework");
        var form = await ReadFormAsync(http);
        await changes.TeardownAsync(Value(form, "frameworkId"));
    }

    public Task ReserveAsync(HttpContext http) => OperateAsync(http, OfferOperationKind.Reserve, "resources");

    public Task UnreserveAsync(HttpContext http) => OperateAsync(http, OfferOperationKind.Unreserve, "resources");

    public Task CreateVolumesAsync(HttpContext http) => OperateAsync(http, OfferOperationKind.Create, "volumes");

    public Task DestroyVolumesAsync(HttpContext http) => OperateAsync(http, OfferOperationKind.Destroy, "volumes");

    private async Task OperateAsync(HttpContext http, OfferOperationKind kind, string name)
    {
        http.Access().Demand(AccessAction.Full, "dcos:mesos:master");
        var form = await ReadFormAsync(http);
        var agentId = Value(form, "slaveId");
        var resources = Resources(Value(form, name), name);
        http.Response.StatusCode = await changes.OperateAsync(agentId, kind, resources);
    }

    public async Task WeightsAsync(HttpContext http)
    {
        if (HttpMethods.IsPut(http.Request.Method))
        {
            using var body = await ReadJsonAsync(http);
            var weights = body.RootElement.ValueKind == JsonValueKind.Array
                ? body.RootElement.EnumerateArray().Select(item => Message<Wire.WeightInfo>(item)).Select(weight => (weight.Role, weight.Weight)).ToList()
                : throw MesosRefusal.BadRequest("Failed to parse update weights request JSON: expecting an array");
            foreach (var (role, _) in weights)
                http.Access().Demand(AccessAction.Update, ResourceId.OfRole("weight", role));
            await changes.SetWeightsAsync(weights);
            return;
        }
        http.Access().Demand(AccessAction.Read, ResourceId.Operations("mesos"));
        var roles = (await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Roles;
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartArray();
            foreach (var role in roles.AsEnumerable().Where(role => role.Weight != 1))
                MesosJson.Write(writer, new Wire.WeightInfo { Role = role.Role, Weight = role.Weight });
            writer.WriteEndArray();
        });
    }

    public async Task QuotaAsync(HttpContext http, string? role)
    {
        if (HttpMethods.IsDelete(http.Request.Method))
        {
            if (string.IsNullOrEmpty(role))
                throw MesosRefusal.BadRequest("Failed to parse remove quota request for path '/master/quota': expecting a role at its end");
            http.Access().Demand(AccessAction.Delete, ResourceId.OfRole("quota", role));
            await changes.SetQuotaAsync(role, Quota.None, force: true);
            return;
        }
        if (HttpMethods.IsPost(http.Request.Method))
        {
            using var body = await ReadJsonAsync(http);
            var request = Message<Wire.Quota.QuotaRequest>(body.RootElement);
            http.Access().Demand(AccessAction.Update, ResourceId.OfRole("quota", request.Role));
            await changes.SetQuotaAsync(request);
            return;
        }
        http.Access().Demand(AccessAction.Read, ResourceId.Operations("mesos"));
        var roles = (await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Roles;
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("infos");
            foreach (var one in roles.AsEnumerable().Where(one => !one.Quota.IsNone))
            {
                var info = new Wire.Quota.QuotaInfo { Role = one.Role };
                Mapping.ResourceMapping.Write(Core.Resources.Of(one.Quota.Guarantees.Entries().Select(amount => Resource.Scalar(amount.Key, amount.Value))), info.Guarantee);
                MesosJson.Write(writer, info);
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    /// <summary><c>/logging/toggle?level=1&amp;duration=15mins</c>; without parameters it tells the level.</summary>
    public async Task LoggingAsync(HttpContext http)
    {
        var wanted = LoggingQuery.Read(http);
        if (wanted is { } change)
            logging.Set(change.Level, change.Duration);
        else
            await http.Response.WriteAsync($"{logging.Level}\n", http.RequestAborted);
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpContext http)
    {
        // Clients of Mesos often send the form without saying that it is one.
        if (!http.Request.HasFormContentType)
            http.Request.ContentType = "application/x-www-form-urlencoded";
        try
        {
            return await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (InvalidDataException problem)
        {
            throw MesosRefusal.BadRequest($"The form cannot be read: {problem.Message}");
        }
    }

    private static string Value(IFormCollection form, string name) => form.TryGetValue(name, out var value) && value.ToString().Length > 0
        ? value.ToString()
        : throw MesosRefusal.BadRequest($"Missing '{name}' query parameter in the request body");

    private static List<Wire.Resource> Resources(string text, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return [.. json.RootElement.EnumerateArray().Select(Message<Wire.Resource>)];
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw MesosRefusal.BadRequest($"Error in parsing '{name}' query parameter in the request body: {problem.Message}");
        }
    }

    /// <summary>The body of a request.</summary>
    public static async Task<JsonDocument> ReadJsonAsync(HttpContext http)
    {
        try
        {
            return await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (JsonException problem)
        {
            throw MesosRefusal.BadRequest($"Failed to parse request JSON: {problem.Message}");
        }
    }

    /// <summary>The message that JSON says.</summary>
    public static T Message<T>(JsonElement json)
        where T : IMessage<T>, new()
    {
        try
        {
            var message = MesosJson.Parse<T>(json.GetRawText());
            return message.IsInitialized() ? message : throw MesosRefusal.BadRequest("Failed to convert request JSON: a required field is missing");
        }
        catch (FormatException problem)
        {
            throw MesosRefusal.BadRequest($"Failed to convert request JSON: {problem.Message}");
        }
    }
}
