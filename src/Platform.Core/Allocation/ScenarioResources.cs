using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>
/// Reads resources in the form of scenarios: parts <c>name:amount</c> between semicolons, where the name may be followed, in any
/// order, by <c>(role)</c> (reserved; <c>(a|+a/b)</c> is a stack, a plus marks a reservation made at run time), <c>@MOUNT</c> or
/// another disk source with an optional <c>=root</c>, <c>[id]</c> (a persistent volume), <c>{REV}</c> (revocable) and
/// <c>&lt;SHARED&gt;</c>.
/// </summary>
internal static class ScenarioResources
{
    internal static Resources Parse(string text)
    {
        if (text is "" or "{}")
            return Resources.Empty;
        return Resources.Of(text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SelectMany(ParsePart));
    }

    private static IEnumerable<Resource> ParsePart(string part)
    {
        var colon = part.LastIndexOf(':');
        if (colon < 0)
            throw new FormatException($"'{part}' is not a resource of the form name:amount");
        var end = part.IndexOfAny(['(', '[', '{', '<', '@', ':']);
        var (name, marks) = (part[..end].Trim(), part[end..colon].Trim());
        string? stack = null, volume = null;
        DiskSource? source = null;
        bool isRevocable = false, isShared = false;
        while (marks.Length > 0)
        {
            switch (marks[0])
            {
                case '(':
                    stack = Enclosed(ref marks, ')', part);
                    break;
                case '[':
                    volume = Enclosed(ref marks, ']', part);
                    break;
                case '{':
                    isRevocable = Enclosed(ref marks, '}', part) == "REV" ? true : throw new FormatException($"'{part}' has an unknown mark; {{REV}} is known");
                    break;
                case '<':
                    isShared = Enclosed(ref marks, '>', part) == "SHARED" ? true : throw new FormatException($"'{part}' has an unknown mark; <SHARED> is known");
                    break;
                case '@':
                    source = ReadSource(ref marks, part);
                    break;
                default:
                    throw new FormatException($"'{part}' has '{marks}' where a mark or the amount is expected");
            }
        }
        var reservations = ReadStack(stack);
        var disk = source is null && volume is null ? null : new Disk { Source = source, PersistenceId = volume };
        return Resources.Parse($"{name}:{part[(colon + 1)..]}").Select(resource => resource with
        {
            Disk = disk,
            Revocable = isRevocable,
            Shared = isShared,
            Reservations = reservations,
        }).Items;
    }

    private static ImmutableArray<Reservation> ReadStack(string? stack) => stack is null or Roles.RoleName.Default or ""
        ? []
        : [.. stack.Split('|').Select(role => role.StartsWith('+') ? new Reservation(ReservationType.Dynamic, role[1..]) : new Reservation(ReservationType.Static, role))];

    private static DiskSource ReadSource(ref string marks, string part)
    {
        var end = marks.IndexOfAny(['(', '[', '{', '<']);
        var words = (end < 0 ? marks[1..] : marks[1..end]).Split('=', 2);
        marks = end < 0 ? "" : marks[end..];
        return Enum.TryParse<DiskSourceType>(words[0], ignoreCase: true, out var type) && Enum.IsDefined(type)
            ? new(type, words.Length > 1 ? words[1] : null)
            : throw new FormatException($"'{part}' has an unknown disk source; PATH, MOUNT, BLOCK and RAW are known");
    }

    private static string Enclosed(ref string marks, char close, string part)
    {
        var end = marks.IndexOf(close, StringComparison.Ordinal);
        if (end < 0)
            throw new FormatException($"'{part}' has a '{marks[0]}' that is not closed");
        var inside = marks[1..end].Trim();
        marks = marks[(end + 1)..].TrimStart();
        return inside;
    }
}
