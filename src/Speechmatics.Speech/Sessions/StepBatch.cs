namespace Speechmatics.Speech.Sessions;

/// <summary>One step's sessions, in slot order: filled by the scheduler, run by a worker, which keeps and reuses it.</summary>
internal sealed class StepBatch(int maxRows)
{
    private readonly SessionStream[] _streams = new SessionStream[maxRows];
    private readonly StepKind[] _kinds = new StepKind[maxRows];
    private readonly int[] _previousSlots = new int[maxRows];

    public int MaxRows { get; } = maxRows;

    public int Rows { get; private set; }

    /// <summary>The chunk of every row in encoder frames; 0 when the model need not run.</summary>
    public int ChunkFrames { get; set; }

    /// <summary>The first row's slot; the others follow it.</summary>
    public int FirstSlot { get; set; }

    /// <summary>Whether rows came from other slots and their state must be copied to the new ones first.</summary>
    public bool Moved { get; set; }

    /// <summary>Why the batch cannot run, where there was no memory for it; its sessions end with this.</summary>
    public Exception? Failure { get; set; }

    public SessionStream Stream(int row) => _streams[row];

    public ReadOnlySpan<SessionStream> Streams => _streams.AsSpan(0, Rows);

    public StepKind Kind(int row) => _kinds[row];

    /// <summary>Where the row's state lay before the step; -1 for a stream that had none.</summary>
    public int PreviousSlot(int row) => _previousSlots[row];

    public void Clear()
    {
        Array.Clear(_streams, 0, Rows);
        Rows = 0;
        ChunkFrames = 0;
        FirstSlot = -1;
        Moved = false;
        Failure = null;
    }

    public void Add(SessionStream stream, StepKind kind)
    {
        _streams[Rows] = stream;
        _kinds[Rows] = kind;
        _previousSlots[Rows] = stream.Slot;
        Rows++;
    }

    /// <summary>Orders the rows by slot and tells whether they lie together already.</summary>
    public bool SortBySlot()
    {
        // a few dozen rows at most, mostly in order: insertion sort
        for (var i = 1; i < Rows; i++)
        {
            var (stream, kind, slot) = (_streams[i], _kinds[i], _previousSlots[i]);
            var j = i;
            for (; j > 0 && _previousSlots[j - 1] > slot; j--)
                (_streams[j], _kinds[j], _previousSlots[j]) = (_streams[j - 1], _kinds[j - 1], _previousSlots[j - 1]);
            (_streams[j], _kinds[j], _previousSlots[j]) = (stream, kind, slot);
        }

        var first = _previousSlots[0];
        if (first < 0 || first / StateSlots.SlotsPerSlab != _previousSlots[Rows - 1] / StateSlots.SlotsPerSlab) return false;
        return _previousSlots[Rows - 1] - first == Rows - 1;
    }
}
