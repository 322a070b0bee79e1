namespace Platform.Client.Apps;

/// <summary>Which apps to list; what is given must all hold.</summary>
public sealed record AppFilter
{
    /// <summary>A part of the id, whatever its case. Null: any.</summary>
    public string? Id { get; init; }

    /// <summary>A part of the command, whatever its case. Null: any.</summary>
    public string? Cmd { get; init; }

    /// <summary>A label selector such as <c>env==prod,tier</c>. Null: any.</summary>
    public string? Label { get; init; }
}
