using MudBlazor;
using Platform.Api.Marathon.Operations;
using Platform.Api.Security;
using Platform.Core.Security;
using Platform.Dashboard.Components;

namespace Platform.Dashboard.Live;

/// <summary>Carries out what an operator asks for, and says what became of it.</summary>
public sealed class Operator(AppOperations apps, ClusterFeed feed, DashboardUser user, OperationTrail trail, ISnackbar snackbar, IDialogService dialogs)
{
    /// <summary>Changes of apps and pods, with the checks of the API.</summary>
    public AppOperations Apps => apps;

    /// <summary>Does it. When deployments are in the way, asks whether to take their place.</summary>
    /// <param name="done">What is said when it was accepted.</param>
    /// <param name="act">Does it, with force or without.</param>
    /// <param name="app">The app that it changes, or null.</param>
    /// <returns>False: it was refused or failed, and that was said.</returns>
    public async Task<bool> DoAsync(string done, Func<bool, Task> act, string? app = null)
    {
        try
        {
            await WriteAsync(done, () => act(false));
        }
        catch (OperationRefusedException refused) when (refused.Deployments.Count > 0)
        {
            var text = $"Deployment {string.Join(", ", refused.Deployments)} holds it. Stop that deployment where it is, and do this instead?";
            return await Ask.SureAsync(dialogs, "A deployment is in the way", text, "Do it instead") && await DoAsync(done, () => act(true), app);
        }
        catch (Exception failure)
        {
            return Fail(failure);
        }

        return Succeed(done, app, null, null);
    }

    /// <summary>Does it.</summary>
    /// <param name="done">What is said when it was accepted.</param>
    /// <param name="act">Does it.</param>
    /// <param name="app">The app that it changes, or null.</param>
    /// <param name="agent">The agent that it changes, or null.</param>
    /// <param name="job">The job that it changes, or null; its operations look after the rights themselves.</param>
    public async Task<bool> DoAsync(string done, Func<Task> act, string? app = null, string? agent = null, string? job = null)
    {
        try
        {
            await WriteAsync(done, async () =>
            {
                if (app is not null)
                    user.Access.Demand(AccessAction.Update, ResourceId.Service(app));
                if (agent is not null)
                    user.Access.Demand(AccessAction.Update, ResourceId.Operations("slave"));
                await act();
            });
        }
        catch (Exception failure)
        {
            return Fail(failure);
        }

        return Succeed(done, app, agent, job);
    }

    // Every change is in the audit log, as one that comes through the API.
    private Task WriteAsync(string what, Func<Task> act) => trail.DoAsync(user.Access, "dashboard", what, act);

    private bool Succeed(string done, string? app, string? agent, string? job)
    {
        feed.Touch(app, agent, job);
        snackbar.Add(done, Severity.Success);
        return true;
    }

    private bool Fail(Exception failure)
    {
        var details = failure is OperationRefusedException { Problems: { Count: > 0 } problems }
            ? ": " + string.Join("; ", problems.Select(problem => $"{problem.Path} {problem.Error}"))
            : "";
        snackbar.Add($"{failure.Message}{details}. Nothing has changed.", Severity.Error, options => options.RequireInteraction = true);
        return false;
    }
}
