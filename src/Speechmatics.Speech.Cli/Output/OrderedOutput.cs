using System.Text;

namespace Speechmatics.Speech.Cli.Output;

/// <summary>
/// Gives each of several parallel jobs a writer, so that what they write comes out whole and in the jobs' order: the first unfinished job writes straight through,
/// the ones behind it into memory until their turn. Thread-safe.
/// </summary>
internal sealed class OrderedOutput(TextWriter output)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, StringBuilder> _waiting = [];
    private readonly HashSet<int> _finished = [];
    private int _turn;

    /// <summary>The writer of job <paramref name="index"/>, counted from 0; disposing it ends the job.</summary>
    public TextWriter Open(int index) => new Slot(this, index);

    private void Write(int index, ReadOnlySpan<char> text)
    {
        lock (_lock)
        {
            if (index == _turn)
                output.Write(text);
            else
                WaitingOf(index).Append(text);
        }
    }

    private void Flush(int index)
    {
        lock (_lock)
        {
            if (index == _turn)
                output.Flush();
        }
    }

    private void Finish(int index)
    {
        lock (_lock)
        {
            _finished.Add(index);
            while (_finished.Remove(_turn))
            {
                _turn++;
                if (_waiting.Remove(_turn, out var text))
                    output.Write(text);
            }

            output.Flush();
        }
    }

    private StringBuilder WaitingOf(int index)
    {
        if (!_waiting.TryGetValue(index, out var text))
            _waiting.Add(index, text = new StringBuilder());
        return text;
    }

    private sealed class Slot(OrderedOutput owner, int index) : TextWriter
    {
        private bool _closed;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => owner.Write(index, [value]);

        public override void Write(string? value) => owner.Write(index, value);

        public override void Write(char[] buffer, int offset, int count) => owner.Write(index, buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<char> buffer) => owner.Write(index, buffer);

        public override void WriteLine(string? value)
        {
            owner.Write(index, value);
            owner.Write(index, NewLine);
        }

        public override void Flush() => owner.Flush(index);

        protected override void Dispose(bool disposing)
        {
            if (!_closed)
                owner.Finish(index);
            _closed = true;
            base.Dispose(disposing);
        }
    }
}
