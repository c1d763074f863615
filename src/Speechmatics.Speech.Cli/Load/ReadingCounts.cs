namespace Speechmatics.Speech.Cli.Load;

/// <summary>Second passes: readings by the size of their batch, and how long utterances waited for theirs.</summary>
internal sealed record ReadingCounts(SortedDictionary<int, long> Batches, LogHistogram QueueTime)
{
    /// <summary>The mean batch of a reading: as an utterance sees it.</summary>
    public double? MeanBatch
    {
        get
        {
            var count = Batches.Values.Sum();
            return count == 0 ? null : Batches.Sum(batch => (double)batch.Key * batch.Value) / count;
        }
    }

    public ReadingCounts Since(ReadingCounts earlier) => new(StepCounts.Subtract(Batches, earlier.Batches), QueueTime.Since(earlier.QueueTime));
}
