using System.Buffers;
using System.Threading.Channels;
using MimeKit;
using Platform.Tests.Hosting;
using SmtpServer;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Platform.Grains.Tests.Jobs;

/// <summary>A real SMTP server that keeps what it gets.</summary>
internal sealed class MailReceiver : MessageStore, IAsyncDisposable
{
    private readonly Channel<MimeMessage> _mails = Channel.CreateUnbounded<MimeMessage>();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public MailReceiver()
    {
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add(this);
        var server = new SmtpServer.SmtpServer(new SmtpServerOptionsBuilder().ServerName("localhost").Port(Port).Build(), services);
        _serving = server.StartAsync(_end.Token);
    }

    public int Port { get; } = FreePort.Take();

    public Uri Url => new($"smtp://127.0.0.1:{Port}");

    public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(buffer.ToArray());
        await _mails.Writer.WriteAsync(await MimeMessage.LoadAsync(bytes, cancellationToken), cancellationToken);
        return SmtpResponse.Ok;
    }

    public async Task<MimeMessage> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _mails.Reader.ReadAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }
}
