using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

public class EncoderStepTests
{
    [Fact]
    public async Task A_row_gives_the_same_bits_in_any_batch_and_at_any_place()
    {
        IAcousticModel model = await TestModel.English;
        const int Rows = 16;
        var (layout, random) = (model.Layout, new Random(1));
        using var alone = model.CreateEncoderStep(1);
        using var batch = model.CreateEncoderStep(Rows);
        var state = new EncoderState(layout, Rows);
        state.Randomise(random);
        foreach (var chunk in layout.ChunkFrames)
        {
            alone.SetChunk(chunk);
            batch.SetChunk(chunk);
            var processed = new long[Rows];
            for (var row = 0; row < Rows; row++)
            {
                processed[row] = row switch { 0 => 0, 1 => chunk, 2 => 2 * chunk, _ => random.NextInt64(1_000_000_000) };
                batch.SetProcessed(row, processed[row]);
                foreach (ref var value in batch.MelWindow(row))
                    value = (float)(random.NextDouble() * -16);
            }

            foreach (var rows in new[] { 2, 3, 5, 8, Rows })
            {
                batch.Run(rows, state.Addresses(0));
                for (var row = 0; row < rows; row++)
                {
                    batch.MelWindow(row).CopyTo(alone.MelWindow(0));
                    alone.SetProcessed(0, processed[row]);
                    alone.Run(1, state.Addresses(row));
                    Assert.True(alone.Encoded(0).SequenceEqual(batch.Encoded(row)), $"chunk {chunk}, row {row} of {rows}: encoder frames differ");
                    for (var i = 0; i < layout.States.Length; i++)
                        Assert.True(alone.NewState(i, 0).SequenceEqual(batch.NewState(i, row)), $"chunk {chunk}, row {row} of {rows}: {layout.States[i].OutputName} differs");
                }
            }
        }
    }

    [Fact]
    public async Task Runs_allocate_nothing_although_state_addresses_change()
    {
        IAcousticModel model = await TestModel.English;
        using var step = model.CreateEncoderStep(2);
        var state = new EncoderState(model.Layout, 8);
        var addresses = Enumerable.Range(0, 7).Select(state.Addresses).ToArray();
        step.SetChunk(model.Layout.ChunkFrames[0]);
        foreach (var rows in new[] { 1, 2 })
            step.Run(rows, addresses[0]);

        var random = new Random(2);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            step.Run(1 + (i & 1), addresses[random.Next(addresses.Length)]);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task The_state_it_reads_is_never_written()
    {
        IAcousticModel model = await TestModel.English;
        using var step = model.CreateEncoderStep(1);
        var state = new EncoderState(model.Layout, 1);
        state.Randomise(new Random(3));
        var before = Enumerable.Range(0, model.Layout.States.Length).Select(i => state.Ring(i, 0).ToArray()).ToArray();
        step.SetProcessed(0, 40);
        step.Run(1, state.Addresses(0));
        for (var i = 0; i < before.Length; i++)
            Assert.Equal(before[i], state.Ring(i, 0).ToArray());
    }

    [Fact]
    public async Task Misuse_throws_the_exception_that_fits()
    {
        IAcousticModel model = await TestModel.English;
        var step = model.CreateEncoderStep(2);
        var addresses = new EncoderState(model.Layout, 2).Addresses(0);
        Assert.Throws<ArgumentOutOfRangeException>(() => step.SetChunk(model.Layout.ChunkFrames[^1] + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => step.Run(0, addresses));
        Assert.Throws<ArgumentOutOfRangeException>(() => step.Run(3, addresses));
        Assert.Throws<ArgumentOutOfRangeException>(() => step.Run(1, addresses.AsSpan(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => { step.MelWindow(2); });
        step.Dispose();
        step.Dispose();
        Assert.Throws<ObjectDisposedException>(() => step.Run(1, addresses));
    }
}
