using System.Globalization;
using Speechmatics.Speech.Cli;

namespace Speechmatics.Speech.Benchmarks;

/// <summary>The options of a benchmark verb: pairs of a name and a value, each with a default.</summary>
internal sealed class VerbOptions
{
    private readonly Dictionary<string, string> _values;

    private VerbOptions(Dictionary<string, string> values) => _values = values;

    /// <summary>Reads <paramref name="arguments"/>; a default of null makes an option required.</summary>
    /// <exception cref="UsageException">An option is unknown, has no value, or is missing.</exception>
    public static VerbOptions Parse(string verb, string[] arguments, params (string Name, string? Default)[] options)
    {
        var values = options.Where(option => option.Default is not null).ToDictionary(option => option.Name, option => option.Default!, StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length || !options.Any(option => option.Name == arguments[i]))
                throw new UsageException($"{verb}: '{arguments[i]}': expected pairs of {string.Join(", ", options.Select(option => option.Name))} and a value");
            values[arguments[i]] = arguments[i + 1];
        }

        foreach (var (name, _) in options)
            if (!values.ContainsKey(name)) throw new UsageException($"{verb}: {name} is required");
        return new VerbOptions(values);
    }

    public string Text(string name) => _values[name];

    public int Whole(string name) =>
        int.TryParse(_values[name], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new UsageException($"{name} {_values[name]}: a whole number is expected");

    public double Number(string name) =>
        double.TryParse(_values[name], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : throw new UsageException($"{name} {_values[name]}: a number is expected");

    /// <summary>Values parted by commas.</summary>
    public string[] List(string name) => _values[name].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="UsageException">One of them is no whole number.</exception>
    public int[] Wholes(string name) =>
        [.. List(name).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw new UsageException($"{name} {text}: a whole number is expected"))];
}
