using System.Text.Json;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Cli;

/// <summary>
/// Messages to the user, one line each: <c>speech: file.wav: reason</c>. While a progress display owns the terminal they wait and follow it. Thread-safe.
/// </summary>
internal sealed class ErrorReport(TextWriter error, bool verbose)
{
    private readonly Lock _lock = new();
    private readonly List<string> _waiting = [];
    private bool _held;

    /// <summary>The reason in one line, without the names of exceptions.</summary>
    public static string Reason(Exception exception) => OneLine(exception switch
    {
        FileNotFoundException or DirectoryNotFoundException when exception.InnerException is null && IsSystemText(exception) => "no such file or directory",
        UnauthorizedAccessException => "permission denied, or a directory",
        JsonException json => $"not valid JSON: {json.Message}",
        _ => exception.Message,
    });

    public void Report(string? subject, Exception exception)
    {
        var reason = Reason(exception);
        if (subject is null)
        {
            // the message must name the file one way or the other
            var file = (exception as SpeechModelException)?.File ?? (exception as FileNotFoundException)?.FileName;
            if (file is null && exception is IOException or UnauthorizedAccessException)
                reason = OneLine(exception.Message);
            else if (file is not null && !reason.Contains(file, StringComparison.Ordinal))
                subject = file;
        }

        if (subject is not null && reason.StartsWith($"{subject}: ", StringComparison.Ordinal))
            reason = reason[(subject.Length + 2)..];
        Write(subject, verbose ? $"{reason}{Environment.NewLine}{exception}" : reason);
    }

    public void Report(string? subject, string reason) => Write(subject, OneLine(reason));

    /// <summary>Keeps messages back until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_lock)
            _held = true;
    }

    public void Release()
    {
        lock (_lock)
        {
            _held = false;
            foreach (var line in _waiting)
                error.WriteLine(line);
            _waiting.Clear();
        }
    }

    private static bool IsSystemText(Exception exception) => exception.Message.StartsWith("Could not find", StringComparison.Ordinal);

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private void Write(string? subject, string reason)
    {
        var line = subject is null ? $"speech: {reason}" : $"speech: {subject}: {reason}";
        lock (_lock)
        {
            if (_held)
                _waiting.Add(line);
            else
                error.WriteLine(line);
        }
    }
}
