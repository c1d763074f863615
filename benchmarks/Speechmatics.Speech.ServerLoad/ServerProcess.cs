using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Speechmatics.Speech.ServerLoad;

/// <summary>The server's program, on a free port of this machine, for as long as this object lives.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="program">speech-server.dll.</param>
    /// <param name="maxSessions">How many sessions it takes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ServerProcess> StartAsync(string program, int maxSessions, CancellationToken cancellationToken)
    {
        if (!File.Exists(program)) throw new FileNotFoundException($"There is no {program}: dotnet build -c Release src/Speechmatics.Speech.Server.Host, or give --server.");
        var address = $"127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.GetFullPath(program), "--urls", $"http://{address}", "--Speech:MaxSessions", $"{maxSessions}", "--Speech:DrainTimeout", "00:00:01", "--Logging:LogLevel:Default", "Warning" },
            WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(program)),
        };
        var server = new ServerProcess(Process.Start(start)!, new Uri($"ws://{address}/v2"));
        try
        {
            using var http = new HttpClient();
            while (!await ReadyAsync())
            {
                if (server._process.HasExited) throw new InvalidOperationException($"The server ended with {server._process.ExitCode} before it was ready.");
                await Task.Delay(100, cancellationToken);
            }

            return server;

            async Task<bool> ReadyAsync()
            {
                try
                {
                    return (await http.GetAsync(new Uri($"http://{address}/ready"), cancellationToken)).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
