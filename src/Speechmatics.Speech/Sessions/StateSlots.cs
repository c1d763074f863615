using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Sessions;

/// <summary>
/// The encoder state of all sessions: slots in slabs laid out as the encoder's batch wants them (for each state tensor <c>[slot, heads, ringFrames, width]</c>), so that
/// neighbouring slots are a batch as they lie. Allocation and freeing are the scheduler's, under its lock; the floats of a slot belong to the worker that runs its session.
/// Slabs are taken from the operating system as zero pages, so that a slot costs memory only once it is used.
/// </summary>
internal sealed unsafe class StateSlots : IDisposable
{
    /// <summary>Slots of one slab; a batch never crosses slabs.</summary>
    public const int SlotsPerSlab = 64;

    private const int Alignment = 64;

    /// <summary>State beyond this does not stay in the caches from chunk to chunk.</summary>
    private const long CachedBytes = 32 << 20;

    private readonly EncoderLayout _layout;
    private readonly List<Slab?> _slabs = [];
    private readonly long _bytesPerSlot;
    private bool _disposed;

    public StateSlots(EncoderLayout layout)
    {
        _layout = layout;
        _bytesPerSlot = layout.StateBytesPerSession;
    }

    /// <summary>Bytes of slots in use.</summary>
    public long BytesInUse { get; private set; }

    /// <summary>The session in each slot, for finding neighbours; null where free.</summary>
    public SessionStream? Owner(int slot) => _slabs[slot / SlotsPerSlab]?.Owners[slot % SlotsPerSlab];

    /// <summary>Finds neighbouring free slots, the lowest there are, one for each of <paramref name="owners"/>. Returns the first.</summary>
    public int Allocate(ReadOnlySpan<SessionStream> owners)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var count = owners.Length;
        for (var index = 0; ; index++)
        {
            if (index == _slabs.Count) _slabs.Add(null);
            var slab = _slabs[index] ??= new Slab(_layout);
            var start = slab.FindFree(count);
            if (start < 0) continue;
            slab.Used |= Mask(start, count);
            for (var i = 0; i < count; i++) slab.Owners[start + i] = owners[i];
            BytesInUse += count * _bytesPerSlot;
            return (index * SlotsPerSlab) + start;
        }
    }

    public void Free(int slot)
    {
        if (_disposed) return;
        var index = slot / SlotsPerSlab;
        var slab = _slabs[index]!;
        slab.Used &= ~Mask(slot % SlotsPerSlab, 1);
        slab.Owners[slot % SlotsPerSlab] = null;
        BytesInUse -= _bytesPerSlot;

        // one empty slab is kept for the next session; more go back to the operating system
        if (slab.Used != 0) return;
        foreach (var other in _slabs)
        {
            if (other is not { Used: 0 } || other == slab) continue;
            slab.Dispose();
            _slabs[index] = null;
            return;
        }
    }

    /// <summary>The address of a slot's first float in one state tensor.</summary>
    public nint Address(int tensor, int slot) =>
        _slabs[slot / SlotsPerSlab]!.Tensors[tensor] + ((nint)(slot % SlotsPerSlab) * _layout.States[tensor].FloatsPerSession * sizeof(float));

    /// <summary>One slot's floats in one state tensor: <c>[heads, ringFrames, width]</c>.</summary>
    public Span<float> Floats(int tensor, int slot) => new((void*)Address(tensor, slot), _layout.States[tensor].FloatsPerSession);

    public void Copy(int from, int to)
    {
        for (var tensor = 0; tensor < _layout.States.Length; tensor++)
            Floats(tensor, from).CopyTo(Floats(tensor, to));
    }

    /// <summary>
    /// Writes a chunk's new rows into the slot's ring: the layer's frame f, counted from the stream's start, goes to ring slot f mod R.
    /// </summary>
    /// <param name="tensor">The state tensor.</param>
    /// <param name="slot">The session's slot.</param>
    /// <param name="processedFrames">Encoder frames the session had before the chunk.</param>
    /// <param name="rows">The encoder's output: <c>[heads, framesPerEncoderFrame * C, width]</c>.</param>
    public void WriteRing(int tensor, int slot, long processedFrames, ReadOnlySpan<float> rows)
    {
        var state = _layout.States[tensor];
        var ring = Floats(tensor, slot);
        var frames = rows.Length / (state.Heads * state.Width);
        var kept = Math.Min(frames, state.RingFrames);
        var first = (int)(((processedFrames * state.FramesPerEncoderFrame) + frames - kept) % state.RingFrames);
        var beforeWrap = Math.Min(kept, state.RingFrames - first);
        var bypass = BytesInUse > CachedBytes;
        for (var head = 0; head < state.Heads; head++)
        {
            var source = rows.Slice(((head * frames) + frames - kept) * state.Width, kept * state.Width);
            var target = ring.Slice(head * state.RingFrames * state.Width, state.RingFrames * state.Width);
            Copy(source[..(beforeWrap * state.Width)], target[(first * state.Width)..], bypass);
            Copy(source[(beforeWrap * state.Width)..], target, bypass);
        }

        // stores past the caches are seen by other threads only in the order of a fence
        if (bypass) Thread.MemoryBarrier();
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var slab in _slabs) slab?.Dispose();
        _slabs.Clear();
    }

    /// <summary>Copies; with <paramref name="bypass"/> past the caches: what is written is read again a chunk later, when it would long be out of them, and reading the target's lines only to overwrite them costs memory bandwidth.</summary>
    private static void Copy(ReadOnlySpan<float> source, Span<float> target, bool bypass)
    {
        fixed (float* from = source)
        fixed (float* to = target)
        {
            if (!bypass || !Vector256.IsHardwareAccelerated || source.Length % Vector256<float>.Count != 0 || (nuint)to % 32 != 0)
            {
                source.CopyTo(target);
                return;
            }

            for (var i = 0; i < source.Length; i += Vector256<float>.Count)
                Vector256.Load(from + i).StoreAlignedNonTemporal(to + i);
        }
    }

    private static ulong Mask(int start, int count) => (count == SlotsPerSlab ? ulong.MaxValue : (1UL << count) - 1) << start;

    private sealed class Slab : IDisposable
    {
        private readonly void*[] _allocations;

        public Slab(EncoderLayout layout)
        {
            _allocations = new void*[layout.States.Length];
            Tensors = new nint[layout.States.Length];
            for (var i = 0; i < Tensors.Length; i++)
            {
                // zeroed: slots never written are masked by the encoder, but what they hold must be finite
                _allocations[i] = NativeMemory.AllocZeroed((nuint)SlotsPerSlab * (nuint)layout.States[i].FloatsPerSession * sizeof(float) + Alignment);
                Tensors[i] = ((nint)_allocations[i] + Alignment - 1) & ~(nint)(Alignment - 1);
            }
        }

        public nint[] Tensors { get; }

        public SessionStream?[] Owners { get; } = new SessionStream?[SlotsPerSlab];

        public ulong Used { get; set; }

        /// <summary>The first of <paramref name="count"/> free slots in a row, or -1.</summary>
        public int FindFree(int count)
        {
            // bit i of `starts` survives as long as slots i, i + 1, … are free
            var starts = ~Used;
            for (var i = 1; i < count && starts != 0; i++) starts &= starts >> 1;
            return starts == 0 ? -1 : BitOperations.TrailingZeroCount(starts);
        }

        public void Dispose()
        {
            foreach (var allocation in _allocations) NativeMemory.Free(allocation);
        }
    }
}
