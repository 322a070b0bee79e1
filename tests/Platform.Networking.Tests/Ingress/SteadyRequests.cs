using System.Collections.Concurrent;

namespace Platform.Networking.Tests.Ingress;

/// <summary>Clients that send one request after the other, each on a connection that stays open, and remember who answered.</summary>
internal sealed class SteadyRequests : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly List<(Func<bool> IsMet, TaskCompletionSource Met)> _waiting = [];
    private readonly Lock _gate = new();
    private readonly Task[] _clients;

    internal SteadyRequests(int clients, Func<HttpClient> open, string url) => _clients = [.. Enumerable.Range(0, clients).Select(_ => Task.Run(() => SendAsync(open, url)))];

    /// <summary>What failed.</summary>
    internal IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Returns when so many more requests, all sent from now on, were answered by this server.</summary>
    internal Task AnsweredByAsync(string name, int more)
    {
        var (round, before) = (Round + 1, 0);
        Volatile.Write(ref _round, round);
        return UntilAsync(() => _answers.GetValueOrDefault($"{round} {name}") - before >= more);
    }

    /// <summary>Who has answered requests that were sent from the last <see cref="AnsweredByAsync"/> on.</summary>
    internal IEnumerable<string> Answering => _answers.Keys.Where(key => key.StartsWith($"{Round} ", StringComparison.Ordinal)).Select(key => key.Split(' ')[1]).Order();

    private int _round;

    private int Round => Volatile.Read(ref _round);

    private async Task UntilAsync(Func<bool> isMet)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _waiting.Add((isMet, met));
        await met.Task.WaitAsync(IngressFixture.Patience);
    }

    private async Task SendAsync(Func<HttpClient> open, string url)
    {
        using var client = open();
        while (!_stop.IsCancellationRequested)
        {
            var round = Round;
            try
            {
                using var answer = await client.GetAsync(url, CancellationToken.None);
                var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
                if (answer.IsSuccessStatusCode)
                    _answers.AddOrUpdate($"{round} {text.Split(' ')[0]}", 1, (_, count) => count + 1);
                else
                    _failures.Enqueue($"{(int)answer.StatusCode} {text}");
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                _failures.Enqueue(failure.ToString());
            }
            lock (_gate)
            {
                foreach (var (isMet, met) in _waiting)
                {
                    if (isMet() || !_failures.IsEmpty)
                        met.TrySetResult();
                }
                _waiting.RemoveAll(one => one.Met.Task.IsCompleted);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }
}
