using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Platform.Api.Http;

/// <summary>A part of a list: <c>limit</c> and <c>offset</c>, or <c>limit</c> and <c>cursor</c> (the id after which to go on, which is right even if the list changes meanwhile).</summary>
internal sealed record Page(int? Limit, int Offset, string? Cursor)
{
    /// <summary>The header with the number of items of the whole list.</summary>
    public const string TotalHeader = "X-Total-Count";

    /// <summary>The header with the cursor of the next page.</summary>
    public const string NextHeader = "X-Next-Cursor";

    /// <exception cref="ApiException">400.</exception>
    public static Page From(IQueryCollection query) => new(query.Count("limit"), query.Count("offset") ?? 0, query.Text("cursor"));

    /// <summary>The items of this page, of a list that is ordered by id.</summary>
    public IReadOnlyList<T> Of<T>(IReadOnlyList<T> items, Func<T, string> id)
    {
        var rest = Cursor is null ? items : items.Where(item => string.CompareOrdinal(id(item), Cursor) > 0);
        if (Offset > 0)
            rest = rest.Skip(Offset);
        if (Limit is { } limit)
            rest = rest.Take(limit);
        return ReferenceEquals(rest, items) ? items : [.. rest];
    }

    public IReadOnlyDictionary<string, string> HeadersFor(int total, string? last)
    {
        var headers = new Dictionary<string, string> { [TotalHeader] = total.ToString(CultureInfo.InvariantCulture) };
        if (Limit is not null && last is not null)
            headers[NextHeader] = last;
        return headers;
    }
}
