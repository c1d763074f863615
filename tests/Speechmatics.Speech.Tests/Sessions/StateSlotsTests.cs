using CsCheck;
using Speechmatics.Speech.Models;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

public class StateSlotsTests(ModelFixture fixture)
{
    private EncoderLayout Layout => fixture.Model.Layout;

    [Fact]
    public void Slots_of_one_call_are_neighbours_and_never_overlap() =>
        Gen.Int[1, 32].Array[1, 60].Sample(
            counts =>
            {
                using var slots = new StateSlots(Layout);
                var taken = new HashSet<int>();
                var random = new Random(counts.Length);
                foreach (var count in counts)
                {
                    var first = slots.Allocate(new SessionStream[count]);
                    Assert.Equal(first / StateSlots.SlotsPerSlab, (first + count - 1) / StateSlots.SlotsPerSlab);
                    for (var i = 0; i < count; i++) Assert.True(taken.Add(first + i));
                    foreach (var slot in taken.Where(_ => random.Next(3) == 0).ToArray())
                    {
                        slots.Free(slot);
                        taken.Remove(slot);
                    }

                    Assert.Equal(taken.Count * Layout.StateBytesPerSession, slots.BytesInUse);
                }
            },
            iter: 20,
            threads: 1);

    [Fact]
    public void The_ring_holds_the_last_frames_each_at_its_number_modulo_the_ring() =>
        Gen.Select(Gen.Long[0, 1L << 40], Gen.OneOfConst(2, 4, 8, 16), Gen.Int[1, 6]).Sample(
            (processed, chunk, steps) =>
            {
                using var slots = new StateSlots(Layout);
                var slot = slots.Allocate(new SessionStream[3]) + 1;
                for (var tensor = 0; tensor < Layout.States.Length; tensor++)
                {
                    var state = Layout.States[tensor];
                    var expected = new float[state.FloatsPerSession];
                    for (var step = 0; step < steps; step++)
                    {
                        var frames = state.FramesPerEncoderFrame * chunk;
                        var rows = new float[state.NewFloatsPerSession(chunk)];
                        for (var i = 0; i < rows.Length; i++) rows[i] = (step * 1e5f) + i;
                        var at = processed + (step * chunk);
                        for (var head = 0; head < state.Heads; head++)
                        {
                            for (var frame = 0; frame < frames; frame++)
                            {
                                var ring = ((at * state.FramesPerEncoderFrame) + frame) % state.RingFrames;
                                for (var w = 0; w < state.Width; w++)
                                    expected[(((head * state.RingFrames) + (int)ring) * state.Width) + w] = rows[(((head * frames) + frame) * state.Width) + w];
                            }
                        }

                        slots.WriteRing(tensor, slot, at, rows);
                    }

                    Assert.True(slots.Floats(tensor, slot).SequenceEqual(expected));
                    Assert.True(slots.Floats(tensor, slot - 1).IndexOfAnyExcept(0f) < 0 && slots.Floats(tensor, slot + 1).IndexOfAnyExcept(0f) < 0);
                }
            },
            iter: 30,
            threads: 1);
}
