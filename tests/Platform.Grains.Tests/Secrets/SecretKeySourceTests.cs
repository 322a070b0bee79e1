using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Platform.Grains.Secrets;

namespace Platform.Grains.Tests.Secrets;

/// <summary>Where the key of secrets may come from.</summary>
public sealed class SecretKeySourceTests : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("keys-").FullName;
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_a_variable_and_a_command_give_the_same_key()
    {
        var (file, variable) = (Path.Combine(_folder, "key"), "PLATFORM_TEST_KEY_" + Guid.NewGuid().ToString("N"));
        File.WriteAllText(file, _key + "\n");
        Environment.SetEnvironmentVariable(variable, _key);
        try
        {
            var secret = Cipher(file).Seal("shop/key", "gold");

            foreach (var source in (string[])["env:" + variable, $"command:cat {file}", $"command:echo ${variable}"])
                Cipher(source).Open("shop/key", secret).ShouldBe("gold", source);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
        }
    }

    [Theory]
    [InlineData("env:PLATFORM_TEST_NO_SUCH_VARIABLE", "is not set")]
    [InlineData("command:exit 3", "ended with status 3")]
    [InlineData("command:echo short", "does not hold 32 bytes")]
    [InlineData("command:/no/such/program", "ended with status 127")]
    [InlineData(null, "no key file is configured")]
    public void What_gives_no_key_says_so_and_does_not_show_it(string? source, string problem)
    {
        var failure = Should.Throw<SecretException>(() => Cipher(source).Seal("shop/key", "gold"));

        failure.Message.ShouldContain(problem);
        failure.Message.ShouldNotContain("short does");
    }

    private static SecretCipher Cipher(string? source) => new(Options.Create(new SecretOptions { KeyFile = source }));
}
