using Speechmatics.Speech.Sessions;

namespace Speechmatics.Speech.Tests.Sessions;

public class LatencyControllerTests
{
    [Fact]
    public void A_spike_raises_the_level_within_a_second_and_calm_lowers_it_slowly()
    {
        var controller = new LatencyController(4);
        for (var i = 0; i < 20; i++) controller.Update(0.3, late: false);
        Assert.Equal(0, controller.Level);
        for (var i = 0; i < 10; i++) controller.Update(0.99, late: true);
        Assert.Equal(3, controller.Level);
        for (var i = 0; i < 15; i++) controller.Update(0.3, late: false);
        Assert.InRange(controller.Level, 2, 2.9);
        for (var i = 0; i < 40; i++) controller.Update(0.3, late: false);
        Assert.Equal(0, controller.Level);
    }

    [Fact]
    public void Between_the_marks_nothing_moves()
    {
        var controller = new LatencyController(4);
        controller.Update(0.9, late: true);
        var level = controller.Level;
        for (var i = 0; i < 10; i++) controller.Update(0.78, late: false);
        for (var i = 0; i < 1000; i++) controller.Update(i % 2 == 0 ? 0.65 : 0.9, late: false);
        Assert.Equal(level, controller.Level);
    }

    /// <summary>A simulated pool: chunk costs as measured on the default model, load as sessions.</summary>
    [Theory]
    [InlineData(50)]
    [InlineData(150)]
    [InlineData(250)]
    [InlineData(330)]
    public void The_level_settles_where_the_load_fits_and_does_not_swing(int sessions)
    {
        // audio seconds a second on two workers, by chunk size
        double[] speed = [330, 420, 470, 480];
        var controller = new LatencyController(4);
        var levels = new List<double>();
        for (var tick = 0; tick < 2000; tick++)
        {
            var utilisation = 0.0;
            for (var i = 0; i < sessions; i++) utilisation += 1 / speed[controller.IndexFor(i / (double)sessions)];
            controller.Update(Math.Min(1, utilisation), late: utilisation > 1);
            if (tick >= 1000) levels.Add(controller.Level);
        }

        Assert.True(levels.Max() - levels.Min() < 1.01, $"swings from {levels.Min()} to {levels.Max()}");
        if (sessions <= 150) Assert.Equal(0, levels.Max());
    }

    [Theory]
    [InlineData(100, 0, 0)]
    [InlineData(260, 0, 1)]
    [InlineData(320, 1, 2.5)]
    public void After_a_spike_the_level_returns_to_the_smallest_chunks_that_fit(int sessions, double least, double most)
    {
        double[] speed = [330, 420, 470, 480];
        var controller = new LatencyController(4);
        for (var i = 0; i < 10; i++) controller.Update(1, late: true);
        Assert.Equal(3, controller.Level);
        for (var tick = 0; tick < 100; tick++)
        {
            var utilisation = 0.0;
            for (var i = 0; i < sessions; i++) utilisation += 1 / speed[controller.IndexFor(i / (double)sessions)];
            controller.Update(utilisation, late: false);
        }

        Assert.InRange(controller.Level, least, most);
    }

    [Fact]
    public void Sessions_change_size_a_part_at_a_time()
    {
        var controller = new LatencyController(4);
        controller.Update(0.9, late: true);
        var larger = Enumerable.Range(0, 100).Count(i => controller.IndexFor(i / 100.0) == 1);
        Assert.InRange(larger, 45, 55);
    }
}
