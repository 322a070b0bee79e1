using System.Net;

namespace Platform.Client;

/// <summary>A request was not carried out.</summary>
public sealed class PlatformException : Exception
{
    /// <summary>A failure of this kind.</summary>
    public PlatformException(PlatformError error, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
    }

    /// <summary>The kind of failure.</summary>
    public PlatformError Error { get; }

    /// <summary>The HTTP status of the answer; null: there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>What is wrong with the request, all of it; empty if the answer did not say.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>The running deployments that are in the way of a change (409); <c>force</c> would cancel them.</summary>
    public IReadOnlyList<string> Deployments { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => string.Concat([base.ToString(), .. Problems.Select(problem => $"\n  {problem.Path}: {problem.Message}")]);
}
