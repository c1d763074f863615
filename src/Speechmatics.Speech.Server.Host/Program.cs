// The speech server as a program: everything comes from configuration (docs/configuration.md), TLS and addresses from Kestrel's own section.
using OpenTelemetry.Metrics;
using Speechmatics.Speech.Server;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSpeechServer();
builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
    .AddMeter(SpeechServiceCollectionExtensions.TelemetryName, SpeechServerServiceCollectionExtensions.MeterName, "System.Runtime")
    .AddPrometheusExporter());

var app = builder.Build();
app.MapSpeechServer();
app.MapPrometheusScrapingEndpoint("/metrics");
await app.RunAsync();
