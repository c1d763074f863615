using Speechmatics.Speech.Decoding;
using Speechmatics.Speech.Decoding.TextForm;

namespace Speechmatics.Speech.Tests.Decoding.TextForm;

public class EnglishFormatterTests
{
    [Theory]
    // small numbers stay words
    [InlineData("one of them", "One of them")]
    [InlineData("i won two", "I won two")]
    [InlineData("no one knows", "No one knows")]
    [InlineData("the one i want", "The one I want")]
    [InlineData("give me two coffees", "Give me two coffees")]
    [InlineData("three little pigs", "Three little pigs")]
    [InlineData("one day at a time", "One day at a time")]
    [InlineData("we have nine lives", "We have nine lives")]
    [InlineData("zero chance", "Zero chance")]
    [InlineData("two or three people", "Two or three people")]
    [InlineData("one on one", "One on one")]
    [InlineData("one or the other", "One or the other")]
    // cardinals
    [InlineData("eleven people", "11 people")]
    [InlineData("ten", "10")]
    [InlineData("twenty one", "21")]
    [InlineData("ninety nine red balloons", "99 red balloons")]
    [InlineData("one hundred", "100")]
    [InlineData("one hundred and five", "105")]
    [InlineData("two hundred six", "206")]
    [InlineData("nine hundred and ninety nine", "999")]
    [InlineData("one thousand two hundred", "1200")]
    [InlineData("two thousand and five", "2005")]
    [InlineData("fifteen hundred", "1500")]
    [InlineData("twelve thousand three hundred forty five", "12,345")]
    [InlineData("two hundred and five thousand", "205,000")]
    [InlineData("five million", "5 million")]
    [InlineData("three million two hundred thousand", "3,200,000")]
    [InlineData("two point five million people", "2.5 million people")]
    [InlineData("six billion", "6 billion")]
    [InlineData("one million and two", "1,000,002")]
    [InlineData("a hundred times", "A hundred times")]
    [InlineData("a million reasons", "A million reasons")]
    [InlineData("one in a million", "One in a million")]
    [InlineData("hundreds of them", "Hundreds of them")]
    [InlineData("thousands of people", "Thousands of people")]
    [InlineData("one hundred and two hundred", "100 and 200")]
    [InlineData("twenty and thirty", "20 and 30")]
    [InlineData("fifteen twenty minutes", "Fifteen twenty minutes")]
    [InlineData("between ten and twelve", "Between 10 and 12")]
    [InlineData("forty two is the answer", "42 is the answer")]
    [InlineData("two hundred and one of them", "201 of them")]
    // ordinals
    [InlineData("the first time", "The first time")]
    [InlineData("a second chance", "A second chance")]
    [InlineData("third place", "Third place")]
    [InlineData("the tenth floor", "The 10th floor")]
    [InlineData("the twenty first century", "The 21st century")]
    [InlineData("her eleventh birthday", "Her 11th birthday")]
    [InlineData("the twelfth and thirteenth", "The 12th and 13th")]
    [InlineData("twenty second street", "22nd street")]
    [InlineData("the thirty third", "The 33rd")]
    [InlineData("a tenth of it", "A tenth of it")]
    [InlineData("one tenth of it", "One tenth of it")]
    [InlineData("two thirds", "Two thirds")]
    [InlineData("wait a second", "Wait a second")]
    // decimals
    [InlineData("three point five", "3.5")]
    [InlineData("zero point two five", "0.25")]
    [InlineData("twelve point oh one", "12.01")]
    [InlineData("three point fourteen", "3.14")]
    [InlineData("pi is three point one four one five nine", "Pi is 3.14159")]
    [InlineData("at this point five people left", "At this point five people left")]
    [InlineData("the point is clear", "The point is clear")]
    [InlineData("at one point five people left", "At one point five people left")]
    [InlineData("one point five liters", "1.5 liters")]
    [InlineData("one point to make", "One point to make")]
    [InlineData("version two point oh one", "Version 2.01")]
    // years
    [InlineData("in nineteen eighty four", "In 1984")]
    [InlineData("in twenty twenty four we won", "In 2024 we won")]
    [InlineData("twenty ten", "2010")]
    [InlineData("since nineteen oh five", "Since 1905")]
    [InlineData("the nineteen eighties", "The 1980s")]
    [InlineData("eighteen twelve", "1812")]
    [InlineData("in two thousand and eight", "In 2008")]
    [InlineData("the eighties", "The eighties")]
    [InlineData("twenty thirty minutes", "Twenty thirty minutes")]
    [InlineData("nineteen hundred", "1900")]
    [InlineData("twenty five", "25")]
    [InlineData("seventeen seventy six", "1776")]
    // digits one by one
    [InlineData("five five five one two three four", "5551234")]
    [InlineData("call nine one one", "Call 911")]
    [InlineData("my pin is four oh seven two", "My pin is 4072")]
    [InlineData("zero seven double five triple eight", "0755888")]
    [InlineData("one oh one", "101")]
    [InlineData("one two three go", "One two three go")]
    [InlineData("oh one more thing", "Oh one more thing")]
    [InlineData("two two", "Two two")]
    [InlineData("double trouble", "Double trouble")]
    [InlineData("three two one hundred", "Three two 100")]
    [InlineData("oh no", "Oh no")]
    [InlineData("four four two oh my", "442 oh my")]
    // times
    [InlineData("half past three", "3:30")]
    [InlineData("quarter past four", "4:15")]
    [InlineData("a quarter to one", "12:45")]
    [InlineData("quarter to nine", "8:45")]
    [InlineData("ten past six", "6:10")]
    [InlineData("five minutes past eleven", "11:05")]
    [InlineData("at ten to five", "At 4:50")]
    [InlineData("three thirty p m", "3:30 pm")]
    [InlineData("three thirty pm", "3:30 pm")]
    [InlineData("half past three p m", "3:30 pm")]
    [InlineData("nine a m", "9 am")]
    [InlineData("seven oh five am", "7:05 am")]
    [InlineData("twelve fifteen p m", "12:15 pm")]
    [InlineData("at three thirty", "At 3:30")]
    [InlineData("meet me at ten fifteen tomorrow", "Meet me at 10:15 tomorrow")]
    [InlineData("three o'clock", "3 o'clock")]
    [InlineData("it's seven forty five", "It's 7:45")]
    [InlineData("five to ten people", "Five to 10 people")]
    [InlineData("from nine to five", "From nine to five")]
    [InlineData("at five", "At five")]
    [InlineData("i am happy", "I am happy")]
    [InlineData("the three of us", "The three of us")]
    [InlineData("at five thirty minute intervals", "At five thirty minute intervals")]
    [InlineData("half of it", "Half of it")]
    [InlineData("half past", "Half past")]
    [InlineData("a quarter of a mile", "A quarter of a mile")]
    [InlineData("from half past eight to ten past nine", "From 8:30 to 9:10")]
    [InlineData("two to one", "Two to one")]
    // money
    [InlineData("five dollars", "$5")]
    [InlineData("five dollars and twenty cents", "$5.20")]
    [InlineData("five dollars twenty cents", "$5.20")]
    [InlineData("one dollar", "$1")]
    [InlineData("a dollar", "A dollar")]
    [InlineData("a hundred dollars", "$100")]
    [InlineData("two thousand dollars", "$2,000")]
    [InlineData("twelve thousand five hundred dollars", "$12,500")]
    [InlineData("three point five million dollars", "$3.5 million")]
    [InlineData("a million dollars", "$1 million")]
    [InlineData("ten euros", "\u20ac10")]
    [InlineData("twenty cents", "20 cents")]
    [InlineData("five cents", "5 cents")]
    [InlineData("ten dollars and five cents", "$10.05")]
    [InlineData("a five dollar bill", "A $5 bill")]
    [InlineData("two point five dollars", "$2.5")]
    [InlineData("dollars and cents", "Dollars and cents")]
    [InlineData("five pounds and twenty pence", "\u00a35.20")]
    [InlineData("two hundred pounds sterling", "\u00a3200")]
    [InlineData("five pounds and twenty apples", "5 pounds and 20 apples")]
    [InlineData("five dollars and two coffees", "$5 and two coffees")]
    // percent
    [InlineData("five percent", "5%")]
    [InlineData("one percent", "1%")]
    [InlineData("two point five per cent", "2.5%")]
    [InlineData("a hundred percent", "100%")]
    [InlineData("one hundred and ten percent", "110%")]
    [InlineData("five to ten percent", "5 to 10%")]
    [InlineData("percent of people", "Percent of people")]
    // dates
    [InlineData("june third twenty twenty four", "June 3, 2024")]
    [InlineData("on june third", "On June 3")]
    [InlineData("june the third", "June 3")]
    [InlineData("july fourth seventeen seventy six", "July 4, 1776")]
    [InlineData("the third of june", "The 3rd of June")]
    [InlineData("the twenty first of march two thousand and one", "The 21st of March 2001")]
    [InlineData("may second", "May 2")]
    [InlineData("december twenty fifth", "December 25")]
    [InlineData("june twenty three", "June 23")]
    [InlineData("june twenty twenty four", "June 2024")]
    [InlineData("september two thousand nine", "September 2009")]
    [InlineData("you may two of you go", "You may two of you go")]
    [InlineData("march ten miles", "March 10 miles")]
    [InlineData("they may come in march", "They may come in march")]
    [InlineData("see you on monday", "See you on Monday")]
    [InlineData("august fifteen people came", "August 15 people came")]
    [InlineData("the first of them", "The first of them")]
    [InlineData("the second of may", "The 2nd of May")]
    // measures and labels
    [InlineData("five miles", "5 miles")]
    [InlineData("one mile", "One mile")]
    [InlineData("wait one minute", "Wait one minute")]
    [InlineData("five minutes", "5 minutes")]
    [InlineData("six feet two inches", "6 feet 2 inches")]
    [InlineData("minus five degrees", "Minus 5 degrees")]
    [InlineData("five to ten minutes", "5 to 10 minutes")]
    [InlineData("two or three hours", "2 or 3 hours")]
    [InlineData("two days", "Two days")]
    [InlineData("page five", "Page 5")]
    [InlineData("chapter one", "Chapter 1")]
    [InlineData("number one", "Number one")]
    [InlineData("number seven", "Number 7")]
    [InlineData("room twelve oh one", "Room 1201")]
    [InlineData("flight twelve forty five", "Flight 1245")]
    [InlineData("a number two of us know", "A number two of us know")]
    [InlineData("sixteen gigabytes", "16 gigabytes")]
    [InlineData("two pounds of sugar", "2 pounds of sugar")]
    // capitals
    [InlineData("i think i'm fine and i've said i'll go", "I think I'm fine and I've said I'll go")]
    [InlineData("hello", "Hello")]
    [InlineData("in january and on sunday", "In January and on Sunday")]
    public void Spoken_words_become_written_ones(string spoken, string written)
    {
        Assert.Equal(written, Write(new EnglishFormatter(), spoken));
    }

    [Theory]
    [InlineData("um i want the the red one", "I want the red one")]
    [InlineData("uh hmm erm yes", "Yes")]
    [InlineData("it was very very good", "It was very very good")]
    [InlineData("he had had enough", "He had had enough")]
    [InlineData("let me tell you you are right", "Let me tell you you are right")]
    [InlineData("what it is is a shame", "What it is is a shame")]
    [InlineData("i i i know that that is it", "I know that that is it")]
    [InlineData("twenty um five dollars", "$25")]
    [InlineData("um", "")]
    // as the second pass writes
    [InlineData("Um, so we left.", "So we left.")]
    [InlineData("The the door is, uh, open.", "The door is, open.")]
    [InlineData("We went home, um.", "We went home.")]
    [InlineData("Is it? It is.", "Is it? It is.")]
    [InlineData("I- I don't know.", "I don't know.")]
    public void Fillers_and_slips_are_removed_when_asked(string spoken, string written)
    {
        var words = Words(spoken);
        var removed = new List<RecognizedWord>();
        var fluent = EnglishDisfluencies.Remove(words, _ => false, removed);
        Assert.Equal(written, string.Join(' ', new EnglishFormatter().Format(fluent).Select(word => word.Text)));
        Assert.Equal(words.Length, fluent.Length + removed.Count);
        Assert.All(removed, word => Assert.Equal(WordTags.Disfluency, word.Tags));
    }

    [Fact]
    public void Fillers_and_slips_are_tagged_otherwise()
    {
        var words = new EnglishFormatter().Format(Words("um the the cat"));
        Assert.Equal([WordTags.Disfluency, WordTags.Disfluency, WordTags.None, WordTags.None], words.Select(word => word.Tags));
    }

    [Fact]
    public void Profanity_is_tagged_and_shown()
    {
        var words = new EnglishFormatter().Format(Words("what the fuck is scunthorpe"));
        Assert.Equal("What the fuck is scunthorpe", string.Join(' ', words.Select(word => word.Text)));
        Assert.Equal([WordTags.Profanity], words.Where(word => word.Tags != WordTags.None).Select(word => word.Tags));
    }

    [Theory]
    [InlineData("what the fuck", "what the f***")]
    [InlineData("Shit! I mean it.", "S***! I mean it.")]
    [InlineData("they are pissed, scunthorpe", "they are p*****, scunthorpe")]
    public void Profanity_is_masked_when_asked_and_what_was_said_is_kept(string spoken, string masked)
    {
        var words = new EnglishFormatter(new EnglishFormatterOptions { MaskProfanity = true, Capitalise = false, WriteNumbers = false }).Format(Words(spoken));
        Assert.Equal(masked, string.Join(' ', words.Select(word => word.Text)));
        Assert.Equal(spoken, string.Join(' ', words.Select(word => word.SpokenForm)));
        Assert.Single(words, word => word.Tags == WordTags.Profanity);
    }

    [Fact]
    public void Merged_words_span_their_parts_and_keep_what_was_said()
    {
        var spoken = Words("pay five dollars and twenty cents now");
        var merged = new EnglishFormatter().Format(spoken)[1];
        Assert.Equal("$5.20", merged.Text);
        Assert.Equal("five dollars and twenty cents", merged.SpokenForm);
        Assert.Equal(spoken[1].Start, merged.Start);
        Assert.Equal(spoken[5].End, merged.End);
        Assert.Equal(spoken.Skip(1).Take(5).Min(word => word.Confidence), merged.Confidence);
    }

    [Theory]
    [InlineData("I counted twenty, five left.", "I counted 20, five left.")]
    [InlineData("It was five dollars.", "It was $5.")]
    [InlineData("Meet at Three thirty p.m. tomorrow.", "Meet at 3:30 pm tomorrow.")]
    [InlineData("In June, third place.", "In June, third place.")]
    public void Punctuation_is_kept_and_not_crossed(string spoken, string written)
    {
        Assert.Equal(written, Write(new EnglishFormatter(), spoken));
    }

    [Fact]
    public void Numbers_and_capitals_can_be_left_alone()
    {
        var formatter = new EnglishFormatter(new EnglishFormatterOptions { WriteNumbers = false, Capitalise = false });
        Assert.Equal("i paid twenty dollars on monday", Write(formatter, "i paid twenty dollars on monday"));
        Assert.Empty(formatter.Format([]));
    }

    private static string Write(EnglishFormatter formatter, string spoken) => string.Join(' ', formatter.Format(Words(spoken)).Select(word => word.Text));

    private static RecognizedWord[] Words(string text) =>
    [
        .. text.Split(' ').Select((word, i) => new RecognizedWord
        {
            Text = word,
            Start = TimeSpan.FromMilliseconds(300 * i),
            End = TimeSpan.FromMilliseconds((300 * i) + 250),
            Confidence = 0.5f + (0.01f * ((i * 7) % 13)),
        }),
    ];
}
