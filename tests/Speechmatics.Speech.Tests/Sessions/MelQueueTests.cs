using CsCheck;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

public class MelQueueTests
{
    private const int Bins = 3;
    private const float Silence = -16.5f;

    /// <summary>Appends, removes, discards and copies at random, next to a plain list of all frames.</summary>
    [Fact]
    public void It_holds_what_a_list_of_all_frames_would() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 200], Gen.Int[0, 1000]).Array[1, 120].Sample(
            steps =>
            {
                var pool = new MelSegmentPool(Bins);
                var queue = new MelQueue(pool, Silence);
                var model = new List<(float Value, long Arrival)>();
                var (next, discarded) = (0, 0L);
                foreach (var (kind, size, place) in steps)
                {
                    var held = model.Count - discarded;
                    switch (kind)
                    {
                        case 0 or 1:
                            var frames = new float[size * Bins];
                            for (var i = 0; i < frames.Length; i++) frames[i] = next + (i / Bins) + (0.1f * (i % Bins));
                            for (var i = 0; i < size; i++) model.Add((next + i, place));
                            next += size;
                            var room = queue.Room(size);
                            if (kind == 1 && room.Length >= frames.Length)
                            {
                                frames.CopyTo(room);
                                queue.Commit(size, place);
                            }
                            else
                            {
                                queue.Append(frames, place);
                            }

                            break;
                        case 2:
                            discarded = Math.Min(model.Count, discarded + (size / 2));
                            queue.DiscardBefore(discarded);
                            break;
                        case 3 when held > 0:
                            var start = discarded + (place % held);
                            var count = (int)Math.Min(size, model.Count - start);
                            queue.Remove(start, count);
                            model.RemoveRange((int)start, count);
                            break;
                        case 4:
                            using (var stream = new MemoryStream())
                            {
                                queue.Save(new BinaryWriter(stream));
                                queue.Release();
                                queue = new MelQueue(pool, Silence);
                                stream.Position = 0;
                                queue.Load(new BinaryReader(stream), 7);
                                for (var i = (int)queue.First; i < model.Count; i++) model[i] = (model[i].Value, 7);
                            }

                            break;
                    }

                    Assert.Equal(model.Count, queue.Written);
                    Assert.InRange(queue.First, Math.Max(0, discarded - MelSegmentPool.FramesPerSegment), discarded);
                    var from = discarded == 0 ? -5 : discarded;
                    var end = place % 3 == 0 ? model.Count - (size / 4) : long.MaxValue;
                    var copied = new float[(int)(model.Count - from + 9) * Bins];
                    queue.Copy(from, copied.Length / Bins, end, copied);
                    for (var i = 0; i < copied.Length; i++)
                    {
                        var frame = from + (i / Bins);
                        var expected = frame < 0 || frame >= Math.Min(end, model.Count) ? Silence : model[(int)frame].Value + (0.1f * (i % Bins));
                        if (expected != copied[i]) Assert.Fail($"frame {frame}: {copied[i]} for {expected}");
                    }

                    for (var frame = discarded; frame < model.Count; frame += 7) Assert.Equal(model[(int)frame].Arrival, queue.ArrivalOf(frame));
                }

                Assert.InRange(pool.Count.Lent, 0, ((model.Count - queue.First) / MelSegmentPool.FramesPerSegment) + 2); // the first and the last segment may be held in part
                queue.Release();
                Assert.Equal(0, pool.Count.Lent);
            },
            iter: 300,
            threads: 1);

    [Fact]
    public void It_begins_far_from_zero_as_it_begins_at_zero()
    {
        const long Far = 108_000_000L * 8 / 64 * 64;
        var pool = new MelSegmentPool(1);
        var saved = new MemoryStream();
        var writer = new BinaryWriter(saved);
        writer.Write(Far);
        writer.Write(0);
        saved.Position = 0;
        var queue = new MelQueue(pool, Silence);
        queue.Load(new BinaryReader(saved), 0);
        for (var i = 0; i < 100_000; i++)
        {
            queue.Append([i], i);
            queue.DiscardBefore(Far + i - 10);
            if (i < 8) continue;
            var window = new float[10];
            queue.Copy(Far + i - 8, 10, long.MaxValue, window);
            Assert.Equal(i, window[8]);
            Assert.Equal(Silence, window[9]);
            Assert.Equal(i, queue.ArrivalOf(Far + i));
        }

        Assert.InRange(pool.Count.Lent, 1, 2);
    }
}
