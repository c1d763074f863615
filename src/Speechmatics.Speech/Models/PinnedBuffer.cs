using System.Runtime.CompilerServices;

namespace Speechmatics.Speech.Models;

/// <summary>
/// Zeroed memory that never moves and begins at a 64-byte boundary (one cache line, and what the widest vector loads like). It lives as long as this object is reachable, so an address
/// taken from it needs no release.
/// </summary>
internal sealed unsafe class PinnedBuffer<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private readonly T[] _memory;
    private readonly int _offset;

    public PinnedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        Length = length;
        _memory = GC.AllocateArray<T>(length + (Alignment / sizeof(T)), pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref _memory[0]);
        _offset = (int)(((Alignment - (start % Alignment)) % Alignment) / (nuint)sizeof(T));
    }

    public int Length { get; }

    public T* Pointer => (T*)Unsafe.AsPointer(ref _memory[_offset]);

    public Span<T> Span(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start + (uint)length, (uint)Length, nameof(length));
        return _memory.AsSpan(_offset + start, length);
    }
}
