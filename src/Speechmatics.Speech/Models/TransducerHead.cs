namespace Speechmatics.Speech.Models;

/// <summary>Which joiner of a transducer package decodes.</summary>
public enum TransducerHead
{
    /// <summary>Tokens and durations (TDT, Xu et al. 2023, arXiv 2304.06795): fewer joiner runs and word ends from the model itself.</summary>
    Tdt,

    /// <summary>The classic RNN-T head (Graves 2012, arXiv 1211.3711): one frame at a time.</summary>
    Rnnt,
}
