using Platform.Api.Http;

namespace Platform.Api.Marathon;

/// <summary>Answers for what is not there, in Marathon's words.</summary>
internal static class MarathonErrors
{
    public static ErrorAnswer UnknownApp(string id, string? version = null) =>
        ErrorAnswer.NotFound($"App '{id}' does not exist" + (version is null ? "" : $" in version {version}"));

    public static ErrorAnswer UnknownPod(string id) => ErrorAnswer.NotFound($"Pod '{id}' does not exist");

    public static ErrorAnswer UnknownGroup(string id) => ErrorAnswer.NotFound($"Group '{id}' does not exist");

    public static ErrorAnswer UnknownTask(string id) => ErrorAnswer.NotFound($"Task '{id}' does not exist");

    public static ErrorAnswer UnknownDeployment(string id) => ErrorAnswer.NotFound($"DeploymentPlan {id} does not exist");
}
