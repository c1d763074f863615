using System.Collections.Frozen;

namespace Speechmatics.Speech.Cli.Scoring;

/// <summary>British spellings and their American forms: families of words by their ending, and single words.</summary>
internal static class AmericanSpelling
{
    private static readonly FrozenDictionary<string, string> Words = Build().ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The American form of <paramref name="word"/>, or the word itself.</summary>
    public static string Of(string word)
    {
        if (Words.TryGetValue(word, out var american))
            return american;
        return word.EndsWith("'s", StringComparison.Ordinal) && Words.TryGetValue(word[..^2], out american) ? american + "'s" : word;
    }

    private static Dictionary<string, string> Build()
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);

        Family(words, "our", "or",
            "arb ard arm behavi cand clam col demean enam endeav fav ferv flav glam harb hon hum lab neighb od parl ranc rig rum sav sav splend succ tum val vap vig",
            " s ed ing er ers able ably ful fully ite ites itism less al hood hoods y ist ists");
        Family(words, "is", "iz",
            "agon antagon apolog author autobiograph brutal capital categor central character civil colon commercial computer critic crystall customer dramat econom emphas energ equal "
            + "familiar fantas fertil final formal general global harmon hospital hypnot ideal immun industrial initial individual item jeopard legal liberal local maxim mechan "
            + "memor minim mobil modern monopol national natural neutral normal optim organ disorgan reorgan patron penal personal plagiar polar popular prior public real recogn revolution romantic "
            + "scrutin sensit social special stabil standard steril subsid summar symbol sympath synchron terror theor traumat util vandal verbal victim visual vocal weapon western",
            "e es ed ing er ers able ation ations ational");
        Family(words, "ys", "yz", "anal breathal catal paral", "e ed ing er ers");
        Family(words, "re", "er", "cent calib fib goit lit louv lust meag meat kilomet millimet centimet met nit och sab sepulch somb spect theat", " s d");
        Family(words, "ence", "ense", "def lic off pret", " s less d");
        Family(words, "ogue", "og", "anal catal", " s");
        foreach (var stem in "cancel channel counsel dial duel enamel equal fuel funnel grovel initial jewel label level libel marshal marvel model panel pedal pencil quarrel refuel rival signal snorkel "
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat("spiral tunnel towel total travel unravel yodel".Split(' ')))
        {
            foreach (var ending in "ed ing er ers ings".Split(' '))
                words.TryAdd(stem + "l" + ending, stem + ending);
        }

        Pairs(words,
            "grey gray greys grays greyish grayish tyre tire tyres tires cheque check cheques checks programme program programmes programs aluminium aluminum "
            + "jewellery jewelry pyjamas pajamas plough plow ploughs plows ploughed plowed ploughing plowing sceptic skeptic sceptical skeptical scepticism skepticism mould mold moulds molds mouldy moldy "
            + "moustache mustache moustaches mustaches ageing aging judgement judgment judgements judgments acknowledgement acknowledgment kerb curb kerbs curbs draught draft draughts drafts "
            + "axe ax storey story storeys stories maths math mum mom mums moms sulphur sulfur cosy cozy marvellous marvelous woollen woolen skilful skillful fulfil fulfill fulfils fulfills "
            + "fulfilment fulfillment wilful willful instalment installment instalments installments enrol enroll enrols enrolls enrolment enrollment distil distill appal appall "
            + "manoeuvre maneuver manoeuvres maneuvers manoeuvred maneuvered manoeuvring maneuvering oestrogen estrogen anaemia anemia anaemic anemic anaesthetic anesthetic "
            + "paediatric pediatric paediatrician pediatrician orthopaedic orthopedic encyclopaedia encyclopedia mediaeval medieval leukaemia leukemia foetus fetus diarrhoea diarrhea haemorrhage hemorrhage "
            + "archaeology archeology archaeologist archeologist archaeological archeological aeroplane airplane aeroplanes airplanes practise practice practised practiced practising practicing "
            + "learnt learned burnt burned dreamt dreamed spelt spelled leapt leaped spoilt spoiled whilst while amongst among towards toward afterwards afterward "
            + "travelogue travelog tranquillity tranquility chilli chili gaol jail omelette omelet pernickety persnickety doughnut donut doughnuts donuts yoghurt yogurt yoghurts yogurts "
            + "speciality specialty specialities specialties furore furor artefact artifact artefacts artifacts connexion connection cypher cipher gramme gram grammes grams kilogramme kilogram kilogrammes kilograms "
            + "mollusc mollusk naivety naivete sabre saber smoulder smolder smouldering smoldering");
        return words;
    }

    private static void Family(Dictionary<string, string> words, string british, string american, string stems, string endings)
    {
        foreach (var stem in stems.Split(' '))
        {
            foreach (var ending in endings.Split(' '))
            {
                // "centre" + "ing" has no e; "licence" + "d" likewise goes through the stem's own e
                words.TryAdd(stem + british + ending, stem + american + (american == "er" && ending == "d" ? "ed" : ending));
            }
        }
    }

    private static void Pairs(Dictionary<string, string> words, string pairs)
    {
        var list = pairs.Split(' ');
        for (var i = 0; i < list.Length; i += 2)
            words.TryAdd(list[i], list[i + 1]);
    }
}
