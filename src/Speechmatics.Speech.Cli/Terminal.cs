using System.Text;
using Spectre.Console;

namespace Speechmatics.Speech.Cli;

/// <summary>Where the tool reads and writes. Results go to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    // wide enough that nothing is ever folded in a file
    private const int PipedWidth = 200;

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public required Func<Stream> OpenInput { get; init; }

    public bool InputIsTerminal { get; init; }

    public bool OutIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of a line; ask again before each use, windows are resized.</summary>
    public Func<int> Width { get; init; } = () => PipedWidth;

    /// <summary>Colours and tables on <see cref="Out"/>; plain text when it is not a terminal.</summary>
    public IAnsiConsole OutConsole => Create(Out, OutIsTerminal);

    /// <summary>The same on <see cref="Error"/>.</summary>
    public IAnsiConsole ErrorConsole => Create(Error, ErrorIsTerminal);

    public static Terminal FromProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Terminal
        {
            Out = new StreamWriter(Console.OpenStandardOutput(), utf8, bufferSize: 16 * 1024),
            Error = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true },
            OpenInput = Console.OpenStandardInput,
            InputIsTerminal = !Console.IsInputRedirected,
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = () => Console.IsOutputRedirected || Console.WindowWidth <= 0 ? PipedWidth : Console.WindowWidth,
        };
    }

    private IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        // NO_COLOR (no-color.org) is Spectre's to honour on a terminal
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            // Spectre would ask about standard input and output, but this writer may be standard error
            Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = isTerminal ? Width() : PipedWidth;
        return console;
    }
}
