namespace Platform.Dashboard.Live;

/// <summary>How two texts differ, line by line: the longest common subsequence, with three lines around each change.</summary>
internal static class LineDifference
{
    /// <summary>Texts with more lines than this are compared only in their first ones; the table grows with the square.</summary>
    private const int Most = 2_000;

    private const int Around = 3;

    /// <summary>The lines to show, each with its look: <c>gone</c>, <c>come</c> or none. Empty: no difference.</summary>
    internal static List<(string Text, string Look)> Of(string before, string after)
    {
        var (old, now) = (before.Split('\n').Take(Most).ToArray(), after.Split('\n').Take(Most).ToArray());
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var all = new List<(string Text, string Look)>();
        for (int i = 0, j = 0; i < old.Length || j < now.Length;)
        {
            if (i < old.Length && j < now.Length && old[i] == now[j])
                (_, i, j) = (Add(all, "  " + old[i], ""), i + 1, j + 1);
            else if (j >= now.Length || (i < old.Length && common[i + 1, j] >= common[i, j + 1]))
                (_, i) = (Add(all, "- " + old[i], "gone"), i + 1);
            else
                (_, j) = (Add(all, "+ " + now[j], "come"), j + 1);
        }

        return Near(all);
    }

    private static bool Add(List<(string Text, string Look)> lines, string text, string look)
    {
        lines.Add((text, look));
        return true;
    }

    private static List<(string Text, string Look)> Near(List<(string Text, string Look)> all)
    {
        var near = new List<(string, string)>();
        var last = -1;
        for (var i = 0; i < all.Count; i++)
        {
            var from = Math.Max(0, i - Around);
            if (!all.Skip(from).Take(2 * Around + 1).Any(line => line.Look.Length > 0))
                continue;
            if (last >= 0 && i > last + 1)
                near.Add(("  …", "muted"));
            near.Add(all[i]);
            last = i;
        }
        return near;
    }
}
