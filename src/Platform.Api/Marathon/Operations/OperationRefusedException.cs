namespace Platform.Api.Marathon.Operations;

/// <summary>An operation was refused, and nothing has changed.</summary>
public sealed class OperationRefusedException : Exception
{
    internal OperationRefusedException(Http.ErrorAnswer answer, Exception? cause = null)
        : base(answer.Message, cause)
    {
        Problems = [.. (answer.Problems ?? []).Select(problem => new OperationProblem(problem.Path, problem.Error, problem.Expected))];
        Deployments = answer.Deployments ?? [];
    }

    /// <summary>A refusal with one problem.</summary>
    public OperationRefusedException(string message, string path, string error)
        : base(message) => Problems = [new(path, error, null)];

    /// <summary>Everything that is wrong, each with its path.</summary>
    public IReadOnlyList<OperationProblem> Problems { get; }

    /// <summary>Deployments that are in the way; the operation with force takes their place.</summary>
    public IReadOnlyList<string> Deployments { get; } = [];
}
