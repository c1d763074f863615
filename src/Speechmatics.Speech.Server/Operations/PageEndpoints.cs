using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Speechmatics.Speech.Server.Operations;

/// <summary>The pages, which are part of this assembly and load nothing from anywhere else.</summary>
internal static class PageEndpoints
{
    private static readonly Dictionary<string, byte[]> Pages = Load();

    public static IReadOnlyCollection<string> Assets => Pages.Keys;

    public static RequestDelegate For(string name)
    {
        var (page, type) = (Pages[name], Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            _ => "text/javascript; charset=utf-8",
        });
        return context =>
        {
            var headers = context.Response.Headers;
            context.Response.ContentType = type;
            context.Response.ContentLength = page.Length;
            headers.CacheControl = "no-cache";
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            return context.Response.Body.WriteAsync(page).AsTask();
        };
    }

    private static Dictionary<string, byte[]> Load()
    {
        const string Prefix = "pages/";
        var assembly = Assembly.GetExecutingAssembly();
        var pages = new Dictionary<string, byte[]>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var page = new byte[stream.Length];
            stream.ReadExactly(page);
            pages[name[Prefix.Length..]] = page;
        }

        return pages;
    }
}
