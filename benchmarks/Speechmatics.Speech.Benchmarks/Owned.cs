namespace Speechmatics.Speech.Benchmarks;

/// <summary>What an operation needs for as long as it is measured; disposed of afterwards, last first.</summary>
internal sealed class Owned : IAsyncDisposable
{
    private readonly Stack<object> _items = new();

    public T Add<T>(T item) where T : notnull
    {
        _items.Push(item);
        return item;
    }

    public async ValueTask DisposeAsync()
    {
        while (_items.TryPop(out var item))
        {
            if (item is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else (item as IDisposable)?.Dispose();
        }
    }
}
