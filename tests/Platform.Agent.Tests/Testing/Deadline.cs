namespace Platform.Agent.Tests.Testing;

/// <summary>The time after which a test that waits for an event has failed. No test waits for it to pass.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    public static CancellationToken Token() => new CancellationTokenSource(Length).Token;

    public static Task<T> BeforeDeadline<T>(this Task<T> task) => task.WaitAsync(Length);

    public static Task BeforeDeadline(this Task task) => task.WaitAsync(Length);
}
