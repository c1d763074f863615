using Speechmatics.Speech.Models;

namespace Speechmatics.Speech.Tests.Models;

public class SpeechModelTests
{
    [Fact]
    public async Task The_default_model_tells_what_it_is()
    {
        var model = await TestModel.English;
        Assert.Equal("en-standard", model.Name);
        Assert.Equal("en", model.Language);
        Assert.Equal(16000, model.SampleRate);
        Assert.Contains(model.DefaultChunkDuration, model.ChunkDurations);
        Assert.Equal(model.ChunkDurations.Order(), model.ChunkDurations);
        Assert.Equal([TransducerHead.Tdt, TransducerHead.Rnnt], model.Heads);
        Assert.Equal(model.Layout.States.Sum(s => 4L * s.Heads * s.RingFrames * s.Width), model.StateBytesPerSession);
        Assert.Matches("^[0-9a-f]{64}$", model.ContentHash);
        Assert.Equal(MathF.Log(MathF.Pow(2, -24)), model.Layout.SilenceMel, 1e-5f);
    }

    [Fact]
    public async Task The_content_hash_tells_packages_apart_and_does_not_depend_on_the_place()
    {
        var original = (await TestModel.English).ContentHash;
        using var package = new PackageCopy();
        await using (var copy = await package.LoadAsync(new SpeechModelOptions { VerifyHashes = false }))
            Assert.Equal(original, copy.ContentHash);

        File.AppendAllText(package.WithoutHashes().PathOf("tokens.txt"), "\n");
        await using (var unhashed = await package.LoadAsync())
            Assert.NotEqual(original, unhashed.ContentHash);
    }

    [Fact]
    public async Task A_package_without_hashes_or_second_head_loads_and_offers_what_it_has()
    {
        using var package = new PackageCopy();
        package.WithoutHashes().Manifest(m =>
        {
            m["version"] = 1;
            m["joiner"]!.AsObject().Remove("rnntFile");
            m["laterField"] = "ignored";
        });
        File.Delete(package.PathOf("joiner-rnnt.onnx"));
        await using var model = await package.LoadAsync();
        Assert.Equal([TransducerHead.Tdt], model.Heads);
        Assert.False(((IAcousticModel)model).HasHead(TransducerHead.Rnnt));
        Assert.Throws<ArgumentException>(() => ((IAcousticModel)model).CreateTransducer(TransducerHead.Rnnt, 1));
    }

    [Fact]
    public async Task A_package_of_type_rnnt_needs_no_durations()
    {
        using var package = new PackageCopy();
        package.Manifest(m =>
        {
            m["type"] = "rnnt";
            m["joiner"]!["file"] = "joiner-rnnt.onnx";
            m["joiner"]!.AsObject().Remove("rnntFile");
            m.Remove("durations");
        });
        await using var model = await package.LoadAsync();
        Assert.Equal([TransducerHead.Rnnt], model.Heads);
    }

    [Fact]
    public void The_hash_writer_renews_the_files_section_and_nothing_else()
    {
        using var package = new PackageCopy();
        var original = File.ReadAllText(package.PathOf("model.json"));
        package.WithoutHashes();
        PackageHashes.Write(package.Folder);
        Assert.Equal(original, File.ReadAllText(package.PathOf("model.json")));
    }

    [Fact]
    public async Task A_disposed_model_lets_running_steps_end_and_begins_no_new_ones()
    {
        var model = await SpeechModel.LoadAsync(Repository.EnglishModel);
        var step = ((IAcousticModel)model).CreateEncoderStep(1);
        var network = ((IAcousticModel)model).CreateTransducer(TransducerHead.Tdt, 1);
        await model.DisposeAsync();
        await model.DisposeAsync();

        step.Run(1, new EncoderState(model.Layout, 1).Addresses(0));
        network.RunPredictor(1);
        Assert.Throws<ObjectDisposedException>(() => ((IAcousticModel)model).CreateEncoderStep(1));
        Assert.Throws<ObjectDisposedException>(() => ((IAcousticModel)model).CreateTransducer(TransducerHead.Tdt, 1));
        step.Dispose();
        network.RunJoiner(1);
        network.Dispose();
        Assert.Throws<ObjectDisposedException>(() => network.RunJoiner(1));
    }

    [Fact]
    public async Task Loading_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SpeechModel.LoadAsync(Repository.EnglishModel, ct: cancel.Token));
    }

    [Fact]
    public async Task Steps_of_many_threads_share_a_model_and_agree()
    {
        IAcousticModel model = await TestModel.English;
        using var reference = model.CreateEncoderStep(1);
        var state = new EncoderState(model.Layout, 1);
        state.Randomise(new Random(5));
        reference.Run(1, state.Addresses(0));
        var expected = reference.Encoded(0).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var step = model.CreateEncoderStep(1);
            for (var i = 0; i < 20; i++)
            {
                step.Run(1, state.Addresses(0));
                Assert.Equal(expected, step.Encoded(0).ToArray());
            }
        })));
    }
}
