namespace Platform.Api.Http;

/// <summary>Gathers everything that is wrong with a request, so that all of it can be told at once.</summary>
internal sealed class JsonProblems
{
    /// <summary>At most so many are told; a request that has more is hopeless anyway.</summary>
    private const int Most = 1_000;

    private readonly List<JsonProblem> _items = [];

    public IReadOnlyList<JsonProblem> Items => _items;

    public bool Any => _items.Count > 0;

    /// <summary>A value breaks a rule.</summary>
    public void Rule(string path, string error) => Add(new(path.Length == 0 ? "/" : path, error, false, null));

    /// <summary>A value is missing or of the wrong type; the error is one of the codes that play-json uses.</summary>
    public void Shape(string path, string error, string? expected = null) => Add(new(path.Length == 0 ? "/" : path, error, true, expected));

    private void Add(JsonProblem problem)
    {
        if (_items.Count < Most && !_items.Contains(problem))
            _items.Add(problem);
    }
}
