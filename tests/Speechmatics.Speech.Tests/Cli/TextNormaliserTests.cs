using CsCheck;
using Speechmatics.Speech.Cli.Scoring;

namespace Speechmatics.Speech.Tests.Cli;

public class TextNormaliserTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("  Hello,\tWORLD!\n", "hello world")]
    [InlineData("don't 'quote' dogs' rock'n'roll", "don't quote dogs rock'n'roll")]
    [InlineData("it’s", "it's")]
    [InlineData("well-known — really…", "well known really")]
    [InlineData("ﬁne Ｆull e\u0301te\u0301", "fine full été")]
    [InlineData("¿Qué? naïve", "qué naïve")]
    [InlineData("no\u00ADbreak a\u00A0b", "nobreak a b")]
    [InlineData("colour 20 Mr. can't", "colour 20 mr can't")]
    [InlineData("🙂 𝒳", "𝒳")]
    public void Standard_folds_case_punctuation_and_white_space(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', TextNormaliser.Words(text, Normalisation.Standard)));

    [Theory]
    // numbers
    [InlineData("20", "twenty")]
    [InlineData("0 7 13", "zero seven thirteen")]
    [InlineData("1,234", "one thousand two hundred thirty four")]
    [InlineData("1,000,000", "one million")]
    [InlineData("1,990.5 1,990th 1,2,3", "one thousand nine hundred ninety point five one thousand nine hundred ninetieth one two three")]
    [InlineData("123456", "one hundred twenty three thousand four hundred fifty six")]
    [InlineData("007", "zero zero seven")]
    [InlineData("12345678901234567", "one two three four five six seven eight nine zero one two three four five six seven")]
    [InlineData("3.14", "three point one four")]
    [InlineData("-5", "minus five")]
    [InlineData("5-7 twenty-one", "five seven twenty one")]
    [InlineData("B12 mp3", "b twelve mp three")]
    [InlineData("#4 & 5", "number four and five")]
    // ordinals
    [InlineData("1st 2nd 3rd 4th", "first second third fourth")]
    [InlineData("12th 21st 30th 100th", "twelfth twenty first thirtieth one hundredth")]
    // years
    [InlineData("1990", "nineteen ninety")]
    [InlineData("1905 1900", "nineteen oh five nineteen hundred")]
    [InlineData("2005 2012", "two thousand five twenty twelve")]
    [InlineData("1990s '90s 20s", "nineteen nineties nineties twenties")]
    // times, fractions
    [InlineData("5:30 10:05 7:00", "five thirty ten oh five seven")]
    [InlineData("9 a.m. 10pm", "nine am ten pm")]
    [InlineData("½ 3/4", "one half three quarters")]
    // amounts
    [InlineData("$5", "five dollars")]
    [InlineData("$1", "one dollar")]
    [InlineData("$5.50", "five dollars fifty cents")]
    [InlineData("$0.99", "ninety nine cents")]
    [InlineData("$1,200", "one thousand two hundred dollars")]
    [InlineData("£3 million", "three million pounds")]
    [InlineData("$1.5 billion", "one point five billion dollars")]
    [InlineData("£2.01", "two pounds one penny")]
    [InlineData("50% 5 per cent", "fifty percent five percent")]
    // titles
    [InlineData("Mr. Smith, Mrs. Jones, Dr. Who", "mister smith missus jones doctor who")]
    [InlineData("St. Paul's", "saint paul's")]
    // contractions
    [InlineData("can't cannot won't don't", "can not can not will not do not")]
    [InlineData("I'm you're he'll we've they'd", "i am you are he will we have they would")]
    [InlineData("it's what's John's", "it is what is john's")]
    [InlineData("wouldn't've let's", "would not have let us")]
    // spelling
    [InlineData("colour favourite neighbours' organising centre", "color favorite neighbors organizing center")]
    [InlineData("travelled catalogue defence grey theatre's", "traveled catalog defense gray theater's")]
    [InlineData("analyse paralysed cheque programmes", "analyze paralyzed check programs")]
    [InlineData("our hour exercise promise surprise advise", "our hour exercise promise surprise advise")]
    public void Full_writes_one_form(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', TextNormaliser.Words(text, Normalisation.Full)));

    [Theory]
    [InlineData("one hundred and twenty three", "123")]
    [InlineData("a hundred people", "100 people")]
    [InlineData("two thousand and five", "2005")]
    [InlineData("two thousand twelve", "2012")]
    [InlineData("two thousand twelve", "2,012")]
    [InlineData("five dollars and fifty cents", "$5.50")]
    [InlineData("a million dollars", "$1 million")]
    [InlineData("twenty-first", "21st")]
    [InlineData("one hundred per cent", "100%")]
    [InlineData("Okay, I shall not", "OK I shan't")]
    [InlineData("half past nine nineteen ninety nine", "half past 9 1999")]
    [InlineData("minus twenty degrees", "-20°")]
    public void What_is_said_alike_is_equal_in_full(string one, string other) =>
        Assert.Equal(TextNormaliser.Words(one, Normalisation.Full), TextNormaliser.Words(other, Normalisation.Full));

    [Fact]
    public void Every_integer_round_trips_through_its_words() => Gen.Int[0, 2_000_000_000].Sample(value =>
    {
        var words = EnglishNumbers.Cardinal(value);
        Assert.Equal(value, Parse(words));
    });

    [Theory]
    [InlineData(Normalisation.Standard)]
    [InlineData(Normalisation.Full)]
    public void Normalising_twice_changes_nothing_more(object normalisation)
    {
        var pieces = Gen.OneOfConst(
            "$5.50", "1,234", "Mr.", "can't", "it's", "colour", "a", "hundred", "and", "two", "thousand", "twelve", "12", "90s", "1st", "per", "cent", "dollars", "3.5",
            "wouldn't've", "'", "-", ".", "½", "5:30", "x2", "million", "storey");
        pieces.Array[0, 8].Sample(parts =>
        {
            var once = TextNormaliser.Words(string.Join(' ', parts), (Normalisation)normalisation);
            Assert.Equal(once, TextNormaliser.Words(string.Join(' ', once), (Normalisation)normalisation));
        });
    }

    [Fact]
    public void Any_text_at_all_gives_words_without_blanks() => Gen.String.Sample(text =>
    {
        foreach (var level in (Normalisation[])[Normalisation.Standard, Normalisation.Full])
            Assert.DoesNotContain(TextNormaliser.Words(text, level), w => string.IsNullOrWhiteSpace(w) || w.Contains(' '));
    });

    private static long Parse(string words)
    {
        string[] small =
        [
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
            "seventeen", "eighteen", "nineteen",
        ];
        string[] tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
        long total = 0, group = 0;
        foreach (var word in words.Split(' '))
        {
            if (Array.IndexOf(small, word) is >= 0 and var s)
                group += s;
            else if (Array.IndexOf(tens, word) is >= 0 and var t)
                group += 10 * (t + 2);
            else if (word == "hundred")
                group *= 100;
            else
            {
                total += group * word switch { "thousand" => 1_000, "million" => 1_000_000, "billion" => 1_000_000_000, _ => throw new FormatException(word) };
                group = 0;
            }
        }

        return total + group;
    }
}
