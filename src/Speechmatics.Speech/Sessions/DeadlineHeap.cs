namespace Speechmatics.Speech.Sessions;

/// <summary>A binary min-heap of streams by deadline that also removes from its middle. Grows as needed, allocates nothing otherwise. Not thread-safe.</summary>
internal sealed class DeadlineHeap
{
    private SessionStream[] _items = new SessionStream[64];

    public int Count { get; private set; }

    public SessionStream Peek() => _items[0];

    public void Add(SessionStream stream)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        Count++;
        SiftUp(Count - 1, stream);
    }

    public void Remove(SessionStream stream)
    {
        var hole = stream.HeapIndex;
        stream.HeapIndex = -1;
        var last = _items[--Count];
        _items[Count] = null!;
        if (ReferenceEquals(last, stream)) return;
        if (hole > 0 && last.Deadline < _items[(hole - 1) / 2].Deadline) SiftUp(hole, last);
        else SiftDown(hole, last);
    }

    /// <summary>Restores the order after the stream's deadline came nearer.</summary>
    public void Hasten(SessionStream stream) => SiftUp(stream.HeapIndex, stream);

    private void SiftUp(int hole, SessionStream stream)
    {
        while (hole > 0)
        {
            var parent = (hole - 1) / 2;
            if (_items[parent].Deadline <= stream.Deadline) break;
            Put(hole, _items[parent]);
            hole = parent;
        }

        Put(hole, stream);
    }

    private void SiftDown(int hole, SessionStream stream)
    {
        while (true)
        {
            var child = (2 * hole) + 1;
            if (child >= Count) break;
            if (child + 1 < Count && _items[child + 1].Deadline < _items[child].Deadline) child++;
            if (stream.Deadline <= _items[child].Deadline) break;
            Put(hole, _items[child]);
            hole = child;
        }

        Put(hole, stream);
    }

    private void Put(int index, SessionStream stream)
    {
        _items[index] = stream;
        stream.HeapIndex = index;
    }
}
