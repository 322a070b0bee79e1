using System.Globalization;

namespace Platform.Core.Ingress;

/// <summary>What is said at HAProxy's runtime socket so that servers change without a reload.</summary>
public static class HaproxyCommands
{
    /// <summary>The commands that lead from one plan to another, for backends that both have with as many places; a place that stays as it is needs none.</summary>
    public static IReadOnlyList<string> Between(HaproxyPlan from, HaproxyPlan to)
    {
        var commands = new List<string>();
        var known = from.Backends.ToDictionary(backend => backend.Name, StringComparer.Ordinal);
        foreach (var backend in to.Backends)
        {
            if (known.TryGetValue(backend.Name, out var before) && before.Slots == backend.Slots && before.Servers != backend.Servers)
                Add(commands, before, backend);
        }
        return commands;
    }

    /// <summary>What stands after those commands: the structure that was, with the new servers where there are places for them.</summary>
    public static HaproxyPlan After(HaproxyPlan standing, HaproxyPlan to)
    {
        var wanted = to.Backends.ToDictionary(backend => backend.Name, StringComparer.Ordinal);
        return standing with
        {
            Backends = [.. standing.Backends.Select(backend => wanted.TryGetValue(backend.Name, out var next) && next.Slots == backend.Slots ? backend with { Servers = next.Servers } : backend)],
        };
    }

    private static void Add(List<string> commands, HaproxyBackend before, HaproxyBackend after)
    {
        var old = before.Servers.ToDictionary(server => server.Slot);
        var kept = after.Servers.Select(server => server.Slot).ToHashSet();
        // HAProxy answers requests between any two of them: first those that come, into places that were free, then those that take another's place, and last
        // those that drain or go. When all are replaced at once there is always one.
        foreach (var server in after.Servers.OrderBy(server => server.IsDraining ? 2 : old.ContainsKey(server.Slot) ? 1 : 0))
        {
            var was = old.GetValueOrDefault(server.Slot);
            if (was == server)
                continue;
            var name = $"set server {after.Name}/{server.Name}";
            if (was is null || !was.Address.Equals(server.Address))
            {
                if (was is { IsDraining: false })
                    commands.Add($"{name} state maint");
                commands.Add(string.Create(CultureInfo.InvariantCulture, $"{name} addr {new System.Net.IPAddress(server.Address.Address.GetAddressBytes())} port {server.Address.Port}"));
            }
            if (server.CheckPort != 0 && (was is null || was.CheckPort != server.CheckPort))
                commands.Add(string.Create(CultureInfo.InvariantCulture, $"{name} check-port {server.CheckPort}"));
            if (server.IsDraining)
            {
                commands.Add($"{name} state {(after.IsSticky ? "maint" : "drain")}");
                continue;
            }
            commands.Add(string.Create(CultureInfo.InvariantCulture, $"{name} weight {server.Weight}"));
            if (was is null || was.IsDraining || !was.Address.Equals(server.Address))
                commands.Add($"{name} state ready");
        }
        foreach (var server in before.Servers.Where(server => !kept.Contains(server.Slot)))
            commands.Add($"set server {before.Name}/{server.Name} state maint");
    }
}
