using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

public class TransducerNetworkTests
{
    [Theory]
    [InlineData(TransducerHead.Tdt)]
    [InlineData(TransducerHead.Rnnt)]
    public async Task A_row_gives_the_same_bits_in_any_batch_and_at_any_place(TransducerHead head)
    {
        IAcousticModel model = await TestModel.English;
        const int Rows = 64;
        using var alone = model.CreateTransducer(head, 1);
        using var batch = model.CreateTransducer(head, Rows);
        var random = new Random(4);
        for (var row = 0; row < Rows; row++)
        {
            foreach (ref var token in batch.PredictorContext(row))
                token = random.Next(model.Vocabulary.TokenCount);
            foreach (ref var value in batch.JoinerEncoded(row))
                value = (float)((random.NextDouble() * 6) - 3);
        }

        foreach (var rows in new[] { 2, 3, 4, 5, 7, 8, 11, 12, 13, 16, 31, Rows })
        {
            batch.RunPredictor(rows);
            for (var row = 0; row < rows; row++)
                batch.Predicted(row).CopyTo(batch.JoinerPredicted(row));
            batch.RunJoiner(rows);
            for (var row = 0; row < rows; row++)
            {
                batch.PredictorContext(row).CopyTo(alone.PredictorContext(0));
                alone.RunPredictor(1);
                Assert.True(alone.Predicted(0).SequenceEqual(batch.Predicted(row)), $"row {row} of {rows}: predictor outputs differ");
                batch.JoinerEncoded(row).CopyTo(alone.JoinerEncoded(0));
                alone.Predicted(0).CopyTo(alone.JoinerPredicted(0));
                alone.RunJoiner(1);
                Assert.True(alone.Logits(0).SequenceEqual(batch.Logits(row)), $"row {row} of {rows}: logits differ");
            }
        }
    }

    [Fact]
    public async Task Runs_allocate_nothing_although_the_row_count_changes()
    {
        IAcousticModel model = await TestModel.English;
        using var network = model.CreateTransducer(TransducerHead.Tdt, 8);
        network.RunPredictor(1);
        network.RunJoiner(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++)
        {
            network.RunPredictor(1 + (i % 8));
            network.RunJoiner(8 - (i % 8));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
