using System.Text;
using Platform.Contracts.Secrets;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Secrets;

public sealed class SecretGrainTests : IDisposable
{
    private readonly string _key = Path.Combine(Path.GetTempPath(), $"secret-{Guid.NewGuid():N}.key");

    public void Dispose() => File.Delete(_key);

    [Fact]
    public async Task A_value_is_resolved_by_its_path_after_a_crash_and_is_not_in_the_files()
    {
        await using var host = await ControlPlaneHost.StartAsync(options => options.Secrets.KeyFile = _key);
        (await host.GetGrain<ISecretGrain>(0).PutAsync("shop/db", new("correct horse battery"))).ShouldBeNull();

        await host.CrashAsync();
        var values = await host.GetGrain<ISecretGrain>(0).ResolveAsync(["shop/db", "none"]);

        values.Keys.ShouldBe(["shop/db"]);
        values["shop/db"].Value.ShouldBe("correct horse battery");
        values["shop/db"].ToString().ShouldBe("***");
        (await host.GetGrain<ISecretGrain>(0).ListAsync("shop/")).ToArray().ShouldBe(["shop/db"]);
        foreach (var file in System.IO.Directory.EnumerateFiles(host.Directory).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            Encoding.Latin1.GetString(copy.ToArray()).ShouldNotContain("correct horse");
        }
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(_key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_value_that_was_sealed_under_another_key_is_not_resolved()
    {
        await using var host = await ControlPlaneHost.StartAsync(options => options.Secrets.KeyFile = _key);
        await host.GetGrain<ISecretGrain>(0).PutAsync("a", new("1"));
        File.WriteAllText(_key, Convert.ToBase64String(new byte[32]));

        await host.CrashAsync();

        (await host.GetGrain<ISecretGrain>(0).ResolveAsync(["a"])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_key_and_with_a_bad_path_nothing_is_stored()
    {
        await using var host = await ControlPlaneHost.StartAsync();

        (await host.GetGrain<ISecretGrain>(0).PutAsync("a", new("1"))).ShouldBe("Secrets cannot be stored: no key file is configured.");
        (await host.GetGrain<ISecretGrain>(0).PutAsync("a b", new("1"))).ShouldBe("a path has 1 to 255 characters and no white space");
        (await host.GetGrain<ISecretGrain>(0).DeleteAsync("a")).ShouldBeFalse();
        (await host.GetGrain<ISecretGrain>(0).ListAsync()).ShouldBeEmpty();
    }
}
