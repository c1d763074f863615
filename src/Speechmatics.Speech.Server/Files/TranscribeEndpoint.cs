using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Speechmatics.Speech.Audio;
using Speechmatics.Speech.Cli.Output;
using Speechmatics.Speech.Recognition;
using Speechmatics.Speech.Server.Access;
using Speechmatics.Speech.Server.Operations;
using Speechmatics.Speech.Server.Realtime;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Server.Files;

/// <summary>
/// A file in, its transcript out: <c>?format=json</c> (default), <c>srt</c>, <c>vtt</c> or <c>txt</c>; <c>&amp;operating_point=standard</c> (default) or <c>enhanced</c>. The body is the file itself, or a form with one. With <c>Accept: text/event-stream</c> the answer begins at once:
/// events <c>final</c> and <c>progress</c> as it goes, and <c>done</c> with the whole transcript. The file is written to a temporary file first, so that a slow upload holds no session and any container can be read.
/// </summary>
internal static class TranscribeEndpoint
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(0.5);

    public static async Task ServeAsync(HttpContext context)
    {
        var gate = context.RequestServices.GetRequiredService<AccessGate>();
        var services = context.RequestServices.GetRequiredService<RealtimeServices>();
        if (gate.Identify(context.Request) is not { } caller)
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status401Unauthorized, "not_authorised", "Send a key or a token: Authorization: Bearer, or ?jwt=.").ConfigureAwait(false);
            return;
        }

        if (!gate.MayBegin(caller))
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status429TooManyRequests, "quota_exceeded", "Too many requests within a second.").ConfigureAwait(false);
            return;
        }

        if (services.Engine.IsDraining)
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "job_error", "The server is about to stop.").ConfigureAwait(false);
            return;
        }

        if (WriterFor(context.Request.Query["format"].ToString()) is not { } format)
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_output_format", "format must be json, srt, vtt or txt.").ConfigureAwait(false);
            return;
        }

        var point = context.Request.Query["operating_point"].ToString();
        if (point is not ("" or "standard") && !(point == "enhanced" && services.Engine.Pool.HasEnhanced))
        {
            await JsonAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid_model", $"operating_point must be standard{(services.Engine.Pool.HasEnhanced ? " or enhanced" : "; enhanced is not loaded here")}.").ConfigureAwait(false);
            return;
        }

        var options = point == "enhanced" ? SpeechRecognizer.CreateEnhancedOptions() : new SessionOptions();
        options.Formatting = SessionSettings.Formatting(services.Engine.Model.Language);
        var path = Path.GetTempFileName();
        try
        {
            var name = await SaveAsync(context, path, services.Options.MaxUploadBytes).ConfigureAwait(false);
            await AnswerAsync(context, services, options, path, name, format).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            await JsonAnswer.ErrorAsync(context, exception.StatusCode, "invalid_message", exception.Message).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <returns>The file's name, where a form tells it.</returns>
    private static async Task<string> SaveAsync(HttpContext context, string path, long maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = maxBytes;
        var (body, name) = (context.Request.Body, "audio");
        // any other type is the file itself: curl --data-binary says that it is a form
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
            if (string.IsNullOrEmpty(boundary)) throw new BadHttpRequestException("The form has no boundary.");
            var form = new MultipartReader(boundary, body);
            FileMultipartSection? file = null;
            while (file is null && await form.ReadNextSectionAsync(context.RequestAborted).ConfigureAwait(false) is { } section) file = section.AsFileSection();
            if (file?.FileStream is null) throw new BadHttpRequestException("The form has no file.");
            (body, name) = (file.FileStream, file.FileName);
        }

        var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0, useAsync: true);
        await using var scope = target.ConfigureAwait(false);
        await body.CopyToAsync(target, context.RequestAborted).ConfigureAwait(false);
        if (target.Length > maxBytes) throw new BadHttpRequestException($"The file is longer than the {maxBytes} bytes that this server takes.", StatusCodes.Status413PayloadTooLarge);
        return name;
    }

    private static async Task AnswerAsync(
        HttpContext context, RealtimeServices services, SessionOptions options, string path, string name, (string Type, Func<TextWriter, string, ITranscriptWriter> Writer) format)
    {
        var streamed = context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var writer = format.Writer(output, name);
        try
        {
            if (streamed) context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            var source = services.Options.AllowFfmpeg ? AudioSource.FromFile(path) : AudioSource.FromWaveFile(path);
            var lastProgress = services.Clock.GetTimestamp();
            await foreach (var speechEvent in services.Engine.Recognizer.RecognizeAsync(source, options, context.RequestAborted).ConfigureAwait(false))
            {
                writer.Write(speechEvent);
                if (!streamed) continue;
                if (speechEvent is FinalTranscript final) await SendAsync(context, "final", (json) => WriteFinal(json, final)).ConfigureAwait(false);
                var heard = speechEvent switch { PartialTranscript p => p.End, FinalTranscript f => f.End, EndOfUtterance e => e.Time, _ => TimeSpan.Zero };
                if (heard == TimeSpan.Zero || services.Clock.GetElapsedTime(lastProgress) < ProgressInterval) continue;
                lastProgress = services.Clock.GetTimestamp();
                await SendAsync(context, "progress", json => json.WriteNumber("audio_seconds", Math.Round(heard.TotalSeconds, 2))).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is AudioFormatException or SessionLimitException && !context.Response.HasStarted)
        {
            if (exception is SessionLimitException)
            {
                context.Response.Headers.RetryAfter = "5";
                await JsonAnswer.ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "quota_exceeded", "Concurrent Quota Exceeded").ConfigureAwait(false);
            }
            else
            {
                // the temporary file's name is nobody's business
                await JsonAnswer.ErrorAsync(context, StatusCodes.Status415UnsupportedMediaType, "invalid_audio_type", exception.Message.Replace(path, name, StringComparison.Ordinal)).ConfigureAwait(false);
            }

            return;
        }

        writer.End(null);
        if (streamed)
        {
            await SendAsync(context, "done", json => json.WriteString("transcript", output.ToString())).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = format.Type;
        await context.Response.WriteAsync(output.ToString(), context.RequestAborted).ConfigureAwait(false);
    }

    private static (string Type, Func<TextWriter, string, ITranscriptWriter> Writer)? WriterFor(string format) => format switch
    {
        "" or "json" => ("application/json", static (output, name) => new JsonTranscriptWriter(output, name)),
        "srt" => ("application/x-subrip; charset=utf-8", static (output, _) => new SubtitleWriter(output, SubtitleKind.Srt)),
        "vtt" => ("text/vtt; charset=utf-8", static (output, _) => new SubtitleWriter(output, SubtitleKind.Vtt)),
        "txt" => ("text/plain; charset=utf-8", static (output, _) => new PlainTextWriter(output)),
        _ => null,
    };

    private static void WriteFinal(Utf8JsonWriter json, FinalTranscript final)
    {
        json.WriteString("text", final.Text);
        json.WriteNumber("start", Math.Round(final.Start.TotalSeconds, 3));
        json.WriteNumber("end", Math.Round(final.End.TotalSeconds, 3));
    }

    private static async Task SendAsync(HttpContext context, string name, Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
        }

        await context.Response.WriteAsync($"event: {name}\ndata: {Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length)}\n\n", context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
