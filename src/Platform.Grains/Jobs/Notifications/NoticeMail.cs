using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Platform.Core.Jobs;

namespace Platform.Grains.Jobs;

/// <summary>Hands a notice to an SMTP server, one connection each.</summary>
internal static class NoticeMail
{
    internal static async Task SendAsync(JobNotice notice, Uri server, string from, CancellationToken cancellationToken)
    {
        var message = new MimeMessage { Subject = NoticeText.Line(notice), Body = new TextPart("plain") { Text = NoticeText.Mail(notice) }, Date = notice.At };
        message.From.Add(MailboxAddress.Parse(from));
        foreach (var address in notice.To.Email)
            message.To.Add(new MailboxAddress("", address));
        // The same for each repetition: mailboxes show it once.
        message.MessageId = $"{notice.Id}@{((MailboxAddress)message.From[0]).Domain}";
        using var client = new SmtpClient();
        var isTls = server.Scheme == "smtps";
        var port = server.IsDefaultPort || server.Port < 0 ? (isTls ? 465 : 25) : server.Port;
        await client.ConnectAsync(server.Host, port, isTls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTlsWhenAvailable, cancellationToken);
        if (server.UserInfo.Split(':', 2) is [var user, var password])
            await client.AuthenticateAsync(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), cancellationToken);
        await client.SendAsync(message, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
    }
}
