namespace Platform.Core.Ownership;

/// <summary>The last word of each owner, so that what comes twice, or after a later one, is not acted on again.</summary>
/// <remarks>
/// An owner says one word after the other, each again until it is answered: a number that was there is one that is asked again, or that another
/// one has followed. Not thread-safe.
/// </remarks>
public sealed class OwnerWords
{
    private readonly Dictionary<string, Word> _last = new(StringComparer.Ordinal);

    /// <summary>Whether a word is to be acted on: then it is the last of its owner. False: it was there before, or a later one was.</summary>
    /// <param name="owner">The owner text.</param>
    /// <param name="term">The activation that says it; greater than those of all activations before.</param>
    /// <param name="number">Rises with each word of an activation.</param>
    public bool IsNew(string owner, long term, long number)
    {
        if (_last.TryGetValue(owner, out var last) && (last.Term, last.Number).CompareTo((term, number)) >= 0)
            return false;
        _last[owner] = new(term, number, null);
        return true;
    }

    /// <summary>Remembers what a word is answered with, until the owner's next one. Of one that is not the last nothing is remembered: nobody asks it again.</summary>
    public void Answer(string owner, long term, long number, object answer)
    {
        if (Find(owner, term, number) is { } word)
            _last[owner] = word with { Answer = answer };
    }

    /// <summary>What a word was answered with; null when it is not the owner's last, or has no answer.</summary>
    public object? AnswerTo(string owner, long term, long number) => Find(owner, term, number)?.Answer;

    private Word? Find(string owner, long term, long number) =>
        _last.TryGetValue(owner, out var last) && (last.Term, last.Number) == (term, number) ? last : null;

    private sealed record Word(long Term, long Number, object? Answer);
}
