using Microsoft.Extensions.FileProviders;

namespace Platform.Host.Hosting;

/// <summary>The dashboard: static pages that read the same API as everybody else.</summary>
internal static class Dashboard
{
    internal static void UseDashboard(this WebApplication app)
    {
        var files = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "dashboard"));
        app.UseStaticFiles(new StaticFileOptions { FileProvider = files, RequestPath = "/dashboard" });
        app.MapGet("/", () => Results.File(files.GetFileInfo("index.html").PhysicalPath!, "text/html; charset=utf-8"));
    }
}
