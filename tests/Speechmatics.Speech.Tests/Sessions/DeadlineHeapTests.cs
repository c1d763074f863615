using CsCheck;
using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

public class DeadlineHeapTests
{
    private static readonly SessionEngine Engine = new(new FakeModel(), TimeProvider.System);

    [Fact]
    public void It_gives_what_a_sorted_list_would() =>
        Gen.Select(Gen.Int[0, 4], Gen.Long[-1000, 1000], Gen.Int[0, 1000]).Array[1, 400].Sample(
            steps =>
            {
                var heap = new DeadlineHeap();
                var model = new List<SessionStream>();
                foreach (var (kind, deadline, place) in steps)
                {
                    if (kind <= 1 || model.Count == 0)
                    {
                        var stream = new SessionStream(Engine, FakePools.Options(), 0) { Deadline = deadline };
                        heap.Add(stream);
                        model.Add(stream);
                    }
                    else if (kind == 2)
                    {
                        heap.Remove(model[place % model.Count]);
                        model.RemoveAt(place % model.Count);
                    }
                    else if (kind == 3)
                    {
                        var stream = model[place % model.Count];
                        stream.Deadline = Math.Min(stream.Deadline, deadline);
                        heap.Hasten(stream);
                    }
                    else
                    {
                        model.Remove(heap.Peek());
                        heap.Remove(heap.Peek());
                    }

                    Assert.Equal(model.Count, heap.Count);
                    if (model.Count > 0) Assert.Equal(model.Min(stream => stream.Deadline), heap.Peek().Deadline);
                }

                model.Sort((a, b) => a.Deadline.CompareTo(b.Deadline));
                foreach (var expected in model)
                {
                    Assert.Equal(expected.Deadline, heap.Peek().Deadline);
                    heap.Remove(heap.Peek());
                }

                Assert.Equal(0, heap.Count);
            },
            iter: 100,
            threads: 1);
}
