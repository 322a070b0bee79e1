namespace Platform.Api.Http;

/// <summary>A request that ends with an error answer.</summary>
internal sealed class ApiException(ErrorAnswer answer) : Exception(answer.Message)
{
    public ErrorAnswer Answer { get; } = answer;
}
