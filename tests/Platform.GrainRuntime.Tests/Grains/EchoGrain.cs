namespace Platform.GrainRuntime.Tests.Grains;

public interface IEchoGrain : IGrainWithStringKey
{
    Task<int> AddAsync(int a, int b);

    ValueTask<string> KeyAsync();

    Task NothingAsync();

    ValueTask FailAsync(string message);

    Task<int> CallOtherAsync(IEchoGrain other, int a, int b);
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    public Task<int> AddAsync(int a, int b) => Task.FromResult(a + b);

    public async ValueTask<string> KeyAsync()
    {
        await Task.Yield();
        return this.GetPrimaryKeyString();
    }

    public Task NothingAsync() => Task.CompletedTask;

    public async ValueTask FailAsync(string message)
    {
        await Task.Yield();
        throw new FormatException(message);
    }

    public Task<int> CallOtherAsync(IEchoGrain other, int a, int b) => other.AddAsync(a, b);
}
