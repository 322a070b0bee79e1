using System.Diagnostics;
using System.Net;
using Platform.EndToEnd.Tests.Harness;

namespace Platform.EndToEnd.Tests.Discovery;

/// <summary>Clients that ask again and again, each time on a new connection.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _failures = [];
    private readonly Task[] _clients;
    private int _answers;

    public Load(Uri url, string? host = null) => _clients = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => AskAsync(url, host)))];

    public int Answers => Volatile.Read(ref _answers);

    /// <summary>What failed until now.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_failures)
                return [.. _failures];
        }
    }

    public async Task UntilAsync(int answers)
    {
        var limit = Stopwatch.StartNew();
        while (Answers < answers && limit.Elapsed < Cluster.Patience)
            await Task.Delay(20);
        Answers.ShouldBeGreaterThanOrEqualTo(answers);
    }

    public async Task<IReadOnlyList<string>> StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        return _failures;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task AskAsync(Uri url, string? host)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.ConnectionClose = true;
        client.DefaultRequestHeaders.Host = host;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await client.GetAsync(url);
                if (answer.StatusCode == HttpStatusCode.OK)
                    Interlocked.Increment(ref _answers);
                else
                    Note($"{answer.StatusCode}");
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException)
            {
                Note(failure.ToString());
            }
            await Task.Delay(5);
        }
    }

    private void Note(string failure)
    {
        lock (_failures)
            _failures.Add(failure);
    }
}
