using Microsoft.AspNetCore.Components;
using Platform.Api.Security;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Components;

/// <summary>A component that is drawn again when the cluster has changed.</summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private IDisposable? _attachment;
    private int _pending;
    private bool _isDrawing;

    /// <summary>What it shows.</summary>
    [Inject] protected ClusterFeed Feed { get; set; } = null!;

    /// <summary>Who looks.</summary>
    [Inject] protected Viewer Viewer { get; set; } = null!;

    /// <summary>Who it is, with the rights of the moment.</summary>
    [Inject] protected DashboardUser User { get; set; } = null!;

    /// <summary>The cluster now.</summary>
    protected ClusterSnapshot Cluster => Feed.Current;

    /// <inheritdoc/>
    public override Task SetParametersAsync(ParameterView parameters)
    {
        AccessScope.Enter(User.Access);
        return base.SetParametersAsync(parameters);
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => _attachment = Feed.Attach(OnFeed);

    /// <summary>There is something new; runs in the component's context before it is drawn again. False: it need not be drawn.</summary>
    protected virtual Task<bool> OnChangedAsync() => Task.FromResult(true);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of the feed.</summary>
    protected virtual void Dispose(bool disposing) => _attachment?.Dispose();

    // A slow browser is not told again before it has dealt with what it was told.
    private void OnFeed()
    {
        if (Interlocked.Exchange(ref _pending, 1) == 0)
            _ = InvokeAsync(DrawAsync);
    }

    // One after the other: what was read first must not be shown last.
    private async Task DrawAsync()
    {
        if (_isDrawing)
            return;
        _isDrawing = true;
        try
        {
            while (Interlocked.Exchange(ref _pending, 0) == 1)
            {
                // What it reads, it reads for its viewer.
                AccessScope.Enter(User.Access);
                if (await OnChangedAsync())
                    StateHasChanged();
            }
        }
        catch (ObjectDisposedException)
        {
            // The browser has gone.
        }
        catch (Exception exception)
        {
            await DispatchExceptionAsync(exception);
        }
        finally
        {
            _isDrawing = false;
        }
    }
}
