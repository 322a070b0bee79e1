using Platform.Contracts.Security;

namespace Platform.Host.Hosting;

/// <summary>As long as there is no administrator, tells a code that makes one, once. Whoever may put a file beside the data gets another one.</summary>
internal sealed class FirstAdministrator(IGrainFactory grains, ControlPlaneSettings settings, ILogger<FirstAdministrator> logger) : BackgroundService
{
    /// <summary>The file that asks for a new code at the next start.</summary>
    internal const string RecoveryFile = "recover-administrator";

    private const string CodeFile = "administrator-code";

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var recovery = Path.Combine(settings.DataDirectory, RecoveryFile);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var recovers = File.Exists(recovery);
                var code = await grains.GetGrain<ISecurityGrain>(0).NewCodeAsync(recovers);
                if (code is not null)
                    Tell(code);
                else
                    File.Delete(Path.Combine(settings.DataDirectory, CodeFile));
                if (recovers)
                    File.Delete(recovery);
                return;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("The first administrator cannot be looked for yet: {Reason}", failure.Message);
                await Task.Delay(Retry, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // In a file too: who starts it as a service does not see what it prints.
    private void Tell(string code)
    {
        var file = Path.Combine(settings.DataDirectory, CodeFile);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete(file);
        using (var writer = new StreamWriter(file, options))
            writer.WriteLine(code);
        Console.Out.WriteLine($"""
            There is no administrator to log in yet, or another one was asked for. This makes one, once:
              ./platform login {settings.ClientOptions}--code {code}
            The code is in {file} too.
            """);
    }
}
