// Faces from a compiled bank, bit for bit those of the compiler. One file, .NET Standard 2.1, no unsafe code.
//
//     var bank = Mien.Bank.Load(File.ReadAllBytes("default.safetensors"));     // throws Mien.Refusal
//     int joy = bank.Label("joy");
//     var face = new float[bank.Channels.Count];
//     bank.Face(joy, bank.Point(joy, 0.5), face);                              // weights in [0, 1]
//     float jaw = face[bank.Channel("jawOpen")];                               // by name, never by position
//
//     Mien.Clip caught = bank.Clip(embarrassment, bank.Sequence(embarrassment, "caught"));
//     bank.FaceAt(caught, 850.0, vad, face, head, gaze);                       // after 850 ms; degrees of head and gaze
//
// Load checks the file as mien's own readers do, in the same order, and gives the same codes (see evaluator.md).
// Every operation is rounded to float by itself: each passes through a cast, which the language says rounds. Where
// IL2CPP makes C++ of this file, add -ffp-contract=off to its C++ arguments; Load computes a sample first and refuses
// where operations are fused or subnormal numbers are lost. A bank may be used by several threads at once.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mien
{
    /// <summary>Why a file is not loaded: a code of evaluator.md, or "arithmetic".</summary>
    public sealed class Refusal : Exception
    {
        public readonly string Code;

        public Refusal(string code, string detail = "") : base(detail == "" ? code : code + ": " + detail)
        {
            Code = code;
        }
    }

    /// <summary>A compiled bank of faces.</summary>
    public sealed class Bank
    {
        /// <summary>For a style: the face as it is.</summary>
        public const int Plain = -1;

        /// <summary>For a sequence: the label's own onset, apex and offset.</summary>
        public const int Dynamics = -2;

        public readonly string Name, Version, Checksum;
        public readonly IReadOnlyList<string> Channels, Intensities, Labels;

        internal sealed class Table
        {
            internal string Label;
            internal string[] Styles;
            internal float[] Anchors, Archetypes, Weights, Strength, Outer, Span, Attenuation, Gain, Offset;
            internal Timeline Timeline;
        }

        readonly float[] rules, metric, caps, slacks, levels;
        readonly float support;
        readonly int[] pairs, ceilings, sealing, parting;
        readonly Table[] tables;

        [ThreadStatic] static float[] scratch, second, gains, offsets;

        /// <summary>Read an artifact.</summary>
        /// <param name="data">The whole file; it is not needed afterwards.</param>
        /// <param name="sha256">Its hex digest as a lock or ledger has it, or null.</param>
        /// <exception cref="Refusal">It is no artifact, is damaged, or needs a newer reader.</exception>
        public static Bank Load(byte[] data, string sha256 = null)
        {
            if (!Arithmetic.Computes(1f, 1f / 8388608f, 1.17549435e-38f))
            {
                throw new Refusal("arithmetic", "operations are fused, or subnormal numbers taken as zero");
            }
            if (sha256 != null && Container.Digest(data) != sha256)
            {
                throw new Refusal("other-sha256");
            }
            return new Bank(new Artifact(data));
        }

        internal Bank(Artifact read)
        {
            Name = read.Name;
            Version = read.Version;
            Checksum = read.Checksum;
            Channels = read.Channels;
            Intensities = read.Intensities;
            rules = read.Shared["rules"].Floats;
            metric = read.Shared["metric"].Floats;
            support = read.Shared["support"].Floats[0];
            pairs = read.Shared["pairs"].Whole;
            caps = read.Shared["caps"].Floats;
            ceilings = read.Shared["ceilings"].Whole;
            slacks = read.Shared["slacks"].Floats;
            sealing = read.Shared["sealing"].Whole;
            levels = read.Shared["sealing_levels"].Floats;
            parting = read.Shared["parting"].Whole;
            tables = read.Tables;
            Labels = Array.ConvertAll(tables, table => table.Label);
        }

        public int Channel(string name) => ((IList<string>)Channels).IndexOf(name);

        /// <summary>Its position, or -1.</summary>
        public int Label(string name) => ((IList<string>)Labels).IndexOf(name);

        public IReadOnlyList<string> Styles(int label) => tables[label].Styles;

        /// <summary>Its position in the label, or -1, which is Plain.</summary>
        public int Style(int label, string name) => Array.IndexOf(tables[label].Styles, name);

        /// <summary>Its position, or -1.</summary>
        public int Intensity(string name) => ((IList<string>)Intensities).IndexOf(name);

        /// <summary>How a label is shown, as its author says; null where it has no shape in time.</summary>
        public Timing Timing(int label) => tables[label].Timeline == null ? null : new Timing(tables[label].Timeline);

        /// <summary>The names of a label's sequences; none where it has no shape in time.</summary>
        public IReadOnlyList<string> Sequences(int label)
        {
            return tables[label].Timeline == null ? new string[0] : tables[label].Timeline.Sequences;
        }

        /// <summary>Its position in the label, or -1.</summary>
        public int Sequence(int label, string name)
        {
            return tables[label].Timeline == null ? -1 : Array.IndexOf(tables[label].Timeline.Sequences, name);
        }

        /// <summary>The dynamics of a label, or one of its sequences at an intensity.</summary>
        /// <param name="intensity">Its position; -1: the middle one.</param>
        public Clip Clip(int label, int sequence = Dynamics, int intensity = -1)
        {
            Timeline timeline = tables[label].Timeline;
            if (timeline == null) throw new ArgumentException(Labels[label] + " has no shape in time", nameof(label));
            if (intensity < 0) intensity = Intensity("mid") >= 0 ? Intensity("mid") : (Intensities.Count - 1) / 2;
            if (intensity >= Intensities.Count) throw new ArgumentOutOfRangeException(nameof(intensity));
            if (sequence != Dynamics && (sequence < 0 || sequence >= timeline.Sequences.Length))
            {
                throw new ArgumentOutOfRangeException(nameof(sequence));
            }
            return new Clip(timeline, label, sequence, intensity, Channels.Count, Intensities.Count);
        }

        /// <summary>The point of valence, arousal and dominance at an intensity in [0, 1].</summary>
        public float[] Point(int label, double intensity)
        {
            if (!(intensity >= 0.0 && intensity <= 1.0)) throw new ArgumentOutOfRangeException(nameof(intensity));
            float[] anchors = tables[label].Anchors;
            int last = Intensities.Count - 1;
            double along = intensity * last;
            int start = Math.Min((int)along, last - 1);
            double share = along - start;
            var vad = new float[3];
            for (int axis = 0; axis < 3; axis++)
            {
                float from = anchors[3 * start + axis], to = anchors[3 * start + 3 + axis];
                double way = (double)(((double)to - from) * share);
                vad[axis] = share == 1.0 ? to : (float)(from + way);
            }
            return vad;
        }

        /// <summary>A label's face at a point.</summary>
        /// <param name="vad">Three numbers in [-1, 1].</param>
        /// <param name="face">Where a weight in [0, 1] a channel is written.</param>
        /// <param name="speech">In [0, 1]: how far the mouth belongs to the sound.</param>
        public void Face(int label, float[] vad, float[] face, int style = Plain, float speech = 0f)
        {
            Table table = tables[label];
            Check(vad, face, speech);
            if (style < Plain || style >= table.Styles.Length) throw new ArgumentOutOfRangeException(nameof(style));
            Styled(label, vad, style, face);
            Fade(table, speech, face);
        }

        /// A face without speech.
        internal void Styled(int label, float[] vad, int style, float[] face)
        {
            Table table = tables[label];
            Evaluate(table, vad, face);
            if (style != Plain) Shape(table.Gain, table.Offset, style * Channels.Count, face);
        }

        internal void Fade(int label, float speech, float[] face)
        {
            Fade(tables[label], speech, face);
        }

        /// <summary>A label's face at a time of one of its clips.</summary>
        /// <param name="time">Milliseconds from the start of what is shown.</param>
        /// <param name="head">Where yaw, pitch and roll of the head are written, in degrees.</param>
        /// <param name="gaze">Where yaw and pitch of the gaze are written, in degrees.</param>
        /// <param name="hold">When it is released; null: when it is by itself.</param>
        public void FaceAt(Clip clip, double time, float[] vad, float[] face, float[] head, float[] gaze, int style = Plain,
                           float speech = 0f, double? hold = null)
        {
            Face(clip.Label, vad, face, style);
            if (!(speech >= 0f && speech <= 1f)) throw new ArgumentOutOfRangeException(nameof(speech));
            float[] gain = Room(ref gains), offset = Room(ref offsets);
            clip.Sample(time, gain, offset, head, gaze, hold);
            Shape(gain, offset, 0, face);
            Fade(tables[clip.Label], speech, face);
        }

        /// <summary>A face without speech under a gain and an offset a channel, as a clip gives them.</summary>
        /// <param name="timed">May be the face itself.</param>
        public void Timed(float[] face, float[] gain, float[] offset, float[] timed)
        {
            int channels = Channels.Count;
            if (face.Length < channels || gain.Length < channels || offset.Length < channels || timed.Length < channels)
            {
                throw new ArgumentException("expected a number a channel");
            }
            for (int c = 0; c < channels; c++)
            {
                if (!(face[c] >= 0f && face[c] <= 1f)) throw new ArgumentOutOfRangeException(nameof(face));
                if (!(gain[c] >= 0f && gain[c] <= 2f)) throw new ArgumentOutOfRangeException(nameof(gain));
                if (!(offset[c] >= -1f && offset[c] <= 1f)) throw new ArgumentOutOfRangeException(nameof(offset));
            }
            if (!ReferenceEquals(face, timed)) Array.Copy(face, timed, channels);
            Shape(gain, offset, 0, timed);
        }

        /// <summary>Several labels at once.</summary>
        /// <param name="weights">One of 0 or more for every label; they sum to 1 within 1e-6.</param>
        public void Mixture(float[] weights, float[] vad, float[] face, float speech = 0f)
        {
            Check(vad, face, speech);
            double total = 0.0;
            foreach (float weight in weights)
            {
                if (!(weight >= 0f && weight <= 1f)) throw new ArgumentOutOfRangeException(nameof(weights));
                total += weight;
            }
            if (weights.Length != tables.Length || Math.Abs(total - 1.0) > 1e-6)
            {
                throw new ArgumentOutOfRangeException(nameof(weights), "expected one a label, with a sum of 1");
            }
            float[] part = Room(ref second);
            Array.Clear(face, 0, Channels.Count);
            for (int e = 0; e < tables.Length; e++)
            {
                if (!(weights[e] > 0f)) continue;
                Evaluate(tables[e], vad, part);
                Fade(tables[e], speech, part);
                for (int c = 0; c < Channels.Count; c++)
                {
                    face[c] = Arithmetic.Add(face[c], Arithmetic.Mul(weights[e], part[c]));
                }
            }
            for (int c = 0; c < Channels.Count; c++) face[c] = Arithmetic.Least(1f, face[c]);
            Resolve(face);
        }

        /// <summary>Lips on a face that was made with its speech. Sealed lips close any expression.</summary>
        /// <param name="composed">May be the face itself.</param>
        public void Compose(float[] face, float[] visemes, float[] composed)
        {
            int channels = Channels.Count;
            if (face.Length < channels || visemes.Length < channels || composed.Length < channels)
            {
                throw new ArgumentException("expected a weight a channel");
            }
            for (int c = 0; c < channels; c++)
            {
                if (!(face[c] >= 0f && face[c] <= 1f)) throw new ArgumentOutOfRangeException(nameof(face));
                if (!(visemes[c] >= 0f && visemes[c] <= 1f)) throw new ArgumentOutOfRangeException(nameof(visemes));
            }
            float seal = 0f;
            for (int m = 0; m < sealing.Length; m++)
            {
                seal = Arithmetic.Most(seal, (float)(visemes[sealing[m]] / levels[m]));
            }
            float open = Arithmetic.Sub(1f, Arithmetic.Least(1f, seal));
            if (!ReferenceEquals(face, composed)) Array.Copy(face, composed, channels);
            foreach (int c in parting) composed[c] = Arithmetic.Mul(composed[c], open);
            for (int c = 0; c < channels; c++) composed[c] = Arithmetic.Unit(Arithmetic.Add(composed[c], visemes[c]));
            Resolve(composed);
        }

        float[] Room(ref float[] room)
        {
            if (room == null || room.Length < Channels.Count) room = new float[Channels.Count];
            return room;
        }

        void Check(float[] vad, float[] face, float speech)
        {
            for (int axis = 0; axis < 3; axis++)
            {
                if (!(vad[axis] >= -1f && vad[axis] <= 1f)) throw new ArgumentOutOfRangeException(nameof(vad));
            }
            if (!(speech >= 0f && speech <= 1f)) throw new ArgumentOutOfRangeException(nameof(speech));
            if (face.Length < Channels.Count) throw new ArgumentException("expected room for a weight a channel", nameof(face));
        }

        /// gain * face + offset, from `at` on.
        internal void Shape(float[] gain, float[] offset, int at, float[] face)
        {
            for (int c = 0; c < Channels.Count; c++)
            {
                face[c] = Arithmetic.Unit(Arithmetic.Add(Arithmetic.Mul(gain[at + c], face[c]), offset[at + c]));
            }
            Resolve(face);
        }

        void Fade(Table table, float speech, float[] face)
        {
            for (int c = 0; speech > 0f && c < Channels.Count; c++)
            {
                face[c] = Arithmetic.Mul(face[c], Arithmetic.Sub(1f, Arithmetic.Mul(speech, table.Attenuation[c])));
            }
        }

        /// The formulas and their order are those of evaluator.md.
        void Evaluate(Table table, float[] vad, float[] face)
        {
            int channels = Channels.Count, anchors = Intensities.Count;
            float v = vad[0], a = vad[1], d = vad[2];
            float vv = Arithmetic.Mul(v, v), aa = Arithmetic.Mul(a, a), dd = Arithmetic.Mul(d, d);
            float va = Arithmetic.Mul(v, a), vd = Arithmetic.Mul(v, d), ad = Arithmetic.Mul(a, d);
            float[] g = Room(ref scratch);
            for (int c = 0; c < channels; c++)
            {
                int k = 10 * c;
                float q = rules[k];
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 1], v));
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 2], a));
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 3], d));
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 4], vv));
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 5], aa));
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 6], dd));
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 7], va));
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 8], vd));
                q = Arithmetic.Add(q, Arithmetic.Mul(rules[k + 9], ad));
                q = (float)(q / Arithmetic.Root(Arithmetic.Add(1f, Arithmetic.Mul(q, q))));
                g[c] = Arithmetic.Mul(table.Strength[c], Arithmetic.Mul(Arithmetic.Add(1f, q), 0.5f));
            }
            float blended = 0f;
            for (int i = 0; i < anchors; i++)
            {
                float dv = Arithmetic.Sub(v, table.Anchors[3 * i]);
                float da = Arithmetic.Sub(a, table.Anchors[3 * i + 1]);
                float dx = Arithmetic.Sub(d, table.Anchors[3 * i + 2]);
                float squared = Arithmetic.Add(
                    Arithmetic.Add(
                        Arithmetic.Mul(Arithmetic.Mul(metric[0], dv), dv),
                        Arithmetic.Mul(Arithmetic.Mul(metric[1], da), da)),
                    Arithmetic.Mul(Arithmetic.Mul(metric[2], dx), dx));
                float u = (float)(Arithmetic.Root(squared) / support);
                float p = Arithmetic.Most(0f, Arithmetic.Sub(1f, u)), p2 = Arithmetic.Mul(p, p);
                float phi = Arithmetic.Mul(Arithmetic.Mul(p2, p2), Arithmetic.Add(Arithmetic.Mul(4f, u), 1f));
                float t = Arithmetic.Unit((float)(Arithmetic.Sub(table.Outer[i], squared) / table.Span[i]));
                float b = Arithmetic.Mul(Arithmetic.Mul(t, t), Arithmetic.Sub(3f, Arithmetic.Mul(2f, t)));
                blended = i == 0 ? b : Arithmetic.Add(blended, b);
                for (int c = 0, at = i * channels; c < channels; c++, at++)
                {
                    float h = Arithmetic.Mul(b, table.Archetypes[at]);
                    g[c] = Arithmetic.Add(g[c], Arithmetic.Mul(table.Weights[at], phi));
                    face[c] = i == 0 ? h : Arithmetic.Add(face[c], h);
                }
            }
            float rest = Arithmetic.Sub(1f, blended);
            for (int c = 0; c < channels; c++)
            {
                face[c] = Arithmetic.Least(1f, Arithmetic.Add(face[c], Arithmetic.Mul(rest, Arithmetic.Unit(g[c]))));
            }
            Resolve(face);
        }

        internal void Resolve(float[] face)
        {
            float[] before = Room(ref scratch);
            Array.Copy(face, before, Channels.Count);
            for (int i = 0; i < caps.Length; i++)
            {
                int a = pairs[2 * i], b = pairs[2 * i + 1];
                face[a] = Arithmetic.Least(face[a], Yielded(before[a], before[b], caps[i]));
                face[b] = Arithmetic.Least(face[b], Yielded(before[b], before[a], caps[i]));
            }
            // The channel that another stays under has no ceiling itself: it is as it was before.
            for (int i = 0; i < slacks.Length; i++)
            {
                int a = ceilings[2 * i], b = ceilings[2 * i + 1];
                face[a] = Arithmetic.Least(face[a], Arithmetic.Add(face[b], slacks[i]));
            }
        }

        static float Yielded(float x, float other, float cap)
        {
            return x <= other
                ? Arithmetic.Least(x, cap)
                : Arithmetic.Sub(x, Arithmetic.Most(0f, Arithmetic.Sub(other, cap)));
        }
    }

    /// <summary>Where a clip ends by itself: at rest, held as it is, or as the face of another label.</summary>
    public enum Ends { Rest, Held, Label }

    /// <summary>An event is over by itself, a held one is not, a sequence is shown by the usual one.</summary>
    public enum Shown { Event, Held, Sequence }

    /// <summary>How a label is shown; times in milliseconds.</summary>
    public sealed class Timing
    {
        public readonly Shown Kind;

        /// <summary>A position of its sequences, or Bank.Dynamics.</summary>
        public readonly int Usual;

        /// <summary>The labels that it turns into, the usual one first, and how long it takes.</summary>
        public readonly IReadOnlyList<int> Then;
        public readonly int Cross;

        /// <summary>Least and most time between two blinks (0: not said), closing, opening, and time without any.</summary>
        public readonly int Least, Most, Closing, Opening, Suppressed;

        internal Timing(Timeline timeline)
        {
            Kind = (Shown)timeline.Own[0];
            Usual = timeline.Own[2] < 0 ? Bank.Dynamics : timeline.Own[2];
            Then = Array.AsReadOnly(timeline.Resolves);
            Cross = timeline.Own[3];
            Least = timeline.Blink[0];
            Most = timeline.Blink[1];
            Closing = timeline.Blink[2];
            Opening = timeline.Blink[3];
            Suppressed = timeline.Blink[4];
        }
    }

    /// <summary>What a label's dynamics, or one of its sequences, do to its face at any time. Of Bank.Clip.</summary>
    public sealed class Clip
    {
        /// <summary>Positions; Sequence may be Bank.Dynamics.</summary>
        public readonly int Label, Sequence, Intensity;

        /// <summary>Milliseconds to its last key.</summary>
        public readonly double Length;

        /// <summary>How it ends; the label and the intensity whose face it ends as, of Ends.Label.</summary>
        public readonly Ends Ends;
        public readonly int EndLabel, EndIntensity;

        readonly Timeline timeline;
        readonly int number, channels;

        internal Clip(Timeline timeline, int label, int sequence, int intensity, int channels, int levels)
        {
            this.timeline = timeline;
            this.channels = channels;
            Label = label;
            Sequence = sequence;
            Intensity = intensity;
            bool own = sequence == Bank.Dynamics;
            number = own ? 0 : timeline.SequenceClips[sequence * levels + intensity];
            Length = timeline.Clips[3 * number];
            Ends = own ? Ends.Held : (Ends)timeline.SequenceEnds[3 * sequence];
            EndLabel = Ends == Ends.Label ? timeline.SequenceEnds[3 * sequence + 1] : label;
            EndIntensity = Ends == Ends.Label ? timeline.SequenceEnds[3 * sequence + 2] : intensity;
        }

        /// <summary>When it goes back to rest: at hold, or by itself; infinite for never.</summary>
        public double ReleasedAt(double? hold = null)
        {
            if (hold.HasValue) return hold.Value;
            bool goes = Sequence == Bank.Dynamics && timeline.Own[1] >= 0;
            return goes ? Length + timeline.Own[1] : double.PositiveInfinity;
        }

        /// <summary>When nothing changes any more; infinite for one that is held.</summary>
        public double End(double? hold = null)
        {
            double released = ReleasedAt(hold);
            if (double.IsPositiveInfinity(released)) return Ends == Ends.Held ? released : Length;
            double gone = released + timeline.Clips[3];
            return Ends == Ends.Rest ? Math.Min(Length, gone) : gone;
        }

        /// <summary>Gain and offset a channel, and degrees, at a time in milliseconds.</summary>
        public void Sample(double time, float[] gain, float[] offset, float[] head, float[] gaze, double? hold = null)
        {
            if (double.IsNaN(time) || double.IsInfinity(time)) throw new ArgumentOutOfRangeException(nameof(time));
            if (hold.HasValue && double.IsNaN(hold.Value)) throw new ArgumentOutOfRangeException(nameof(hold));
            if (gain.Length < channels || offset.Length < channels || head.Length < 3 || gaze.Length < 2)
            {
                throw new ArgumentException("expected a number a channel, three of the head and two of the gaze");
            }
            timeline.Sample(number, channels, time, ReleasedAt(hold), gain, offset, head, gaze);
        }
    }

    /// <summary>A label in a style, and how much of it is shown: above 0, at most 1.</summary>
    public struct Share
    {
        public int Label, Style;
        public double Weight;

        public Share(int label, double weight = 1.0, int style = Bank.Plain)
        {
            Label = label;
            Style = style;
            Weight = weight;
        }
    }

    /// <summary>Labels that cross-fade as the cues of a score do; see scores.md. Of one thread at a time.</summary>
    ///
    /// Cues come in the order of their starts, from a plan that `mien score plan` wrote, or as a game gives them. Blinks and
    /// other small life, and what a voice does to a face, are not in it; lips are the caller's, by Bank.Compose.
    public sealed class Player
    {
        /// <summary>Ticks a second; 1000 are a frame.</summary>
        public const int TicksASecond = 60000;

        const long Far = 1L << 50;
        const double Count = 1 << 24;

        sealed class Move
        {
            internal long Start, End, Since;
            internal double[] Vad;
            internal double? Hold;
            internal Slot[] Slots;
            internal Clip Clip;
            internal bool Glides;
        }

        /// Play is 0 for a face that stands, else the number of its move. One that glides may be seen when its move begins:
        /// its point goes to the move's, else it is there at once.
        sealed class Slot
        {
            internal int Label, Style;
            internal long Play;
            internal double Weight;
            internal bool Glides;
        }

        sealed class Turn
        {
            internal long Start, End;
            internal readonly double[] To = new double[2];
        }

        static readonly string[,] Eyes =
        {
            { "eyeLookOutLeft", "eyeLookInLeft" }, { "eyeLookInRight", "eyeLookOutRight" },
            { "eyeLookUpLeft", "eyeLookDownLeft" }, { "eyeLookUpRight", "eyeLookDownRight" },
        };

        readonly Bank bank;
        readonly List<Move> moves = new List<Move>();
        readonly Turn[][] turns = { new Turn[0], new Turn[0] };
        readonly int[,] eyes = new int[4, 2];
        readonly float[] part, gain, offset, vad = new float[3], degrees = new float[3], glance = new float[2];
        readonly double[] point = new double[3], heads = new double[3], looks = new double[2];
        readonly double[][] turned = { new double[2], new double[2] };
        long dropped;
        int room = 16;
        bool turning;

        /// <summary>At rest.</summary>
        public Player(Bank bank)
        {
            this.bank = bank;
            part = new float[bank.Channels.Count];
            gain = new float[part.Length];
            offset = new float[part.Length];
            for (int i = 0; i < 4; i++)
            {
                int one = bank.Channel(Eyes[i, 0]), other = bank.Channel(Eyes[i, 1]);
                eyes[i, 0] = one < 0 || other < 0 ? -1 : one;
                eyes[i, 1] = other;
            }
            Append(0, 0, new double[3], new Share[0], null);
        }

        /// <summary>How many frames, 60 a second, a plan lasts; 0 of other players.</summary>
        public long Frames { get; private set; }

        /// <summary>The nearest tick to a time in seconds; 0 for what is below 0.</summary>
        public static long Ticks(double seconds)
        {
            double ticks = (double)((double)(seconds * TicksASecond) + 0.5);
            return !(ticks > 0.0) ? 0 : ticks > Far ? Far : (long)ticks;
        }

        /// <summary>A plan of this very bank.</summary>
        /// <exception cref="Refusal">With a code of scores.md.</exception>
        public static Player Load(Bank bank, byte[] data)
        {
            const int Head = 80, Digest = 32;
            if (data == null || data.Length < Head + Digest) throw new Refusal("plan-short");
            if (Encoding.ASCII.GetString(data, 0, 8) != "mienplan") throw new Refusal("plan-other");
            if (Word(data, 8) != 1) throw new Refusal("plan-newer");
            int left = data.Length - Head - Digest;
            if (left % 8 != 0 || left / 8 != Word(data, 12)) throw new Refusal("plan-size");
            var body = new byte[data.Length - Digest];
            Array.Copy(data, body, body.Length);
            string written = BitConverter.ToString(data, body.Length).Replace("-", "").ToLowerInvariant();
            if (Container.Digest(body) != written) throw new Refusal("plan-damaged");
            string checksum = Encoding.ASCII.GetString(data, 16, 64);
            if (checksum != bank.Checksum) throw new Refusal("plan-bank", checksum);
            var player = new Player(bank);
            player.moves.Clear();
            player.Read(new Numbers(body, Head));
            return player;
        }

        static uint Word(byte[] data, int at)
        {
            return (uint)(data[at] | data[at + 1] << 8 | data[at + 2] << 16 | data[at + 3] << 24);
        }

        sealed class Numbers
        {
            readonly byte[] data;
            int at;

            internal Numbers(byte[] data, int at)
            {
                this.data = data;
                this.at = at;
            }

            internal int Left => (data.Length - at) / 8;

            internal double Next()
            {
                if (Left == 0) throw new Refusal("plan-number");
                ulong bits = (ulong)Word(data, at + 4) << 32 | Word(data, at);
                at += 8;
                return BitConverter.Int64BitsToDouble((long)bits);
            }

            internal double Between(double low, double high)
            {
                double number = Next();
                if (!(number >= low && number <= high)) throw new Refusal("plan-number");
                return number;
            }

            internal long Whole(double low, double high)
            {
                double number = Between(low, high);
                if (number != Math.Floor(number)) throw new Refusal("plan-number");
                return (long)number;
            }
        }

        void Read(Numbers numbers)
        {
            Frames = numbers.Whole(1, Far);
            bool turns_eyes = numbers.Whole(0, 1) == 1;
            var counts = new[] { numbers.Whole(1, Count), numbers.Whole(1, Count), numbers.Whole(1, Count) };
            for (long n = 0; n < counts[0]; n++)
            {
                long start = numbers.Whole(0, Far), length = numbers.Whole(0, Far);
                var to = new[] { numbers.Next(), numbers.Next(), numbers.Next() };
                long sequence = numbers.Whole(Bank.Dynamics, Count), intensity = numbers.Whole(0, Count);
                long count = numbers.Whole(0, Count);
                if (count > numbers.Left / 3) throw new Refusal("plan-number");
                var shares = new Share[count];
                for (int i = 0; i < shares.Length; i++)
                {
                    int label = (int)numbers.Whole(0, Count), style = (int)numbers.Whole(Bank.Plain, Count);
                    shares[i] = new Share(label, numbers.Next(), style);
                }
                try
                {
                    Clip clip = null;
                    if (sequence != -1)
                    {
                        if (count != 1 || moves.Count == 0) throw new Refusal("plan-number");
                        int level = sequence == Bank.Dynamics ? 0 : (int)intensity;
                        clip = bank.Clip(shares[0].Label, (int)sequence, level);
                    }
                    Check(start, length, to, shares, clip);
                    Append(start, length, to, shares, clip);
                }
                catch (Exception error) when (error is ArgumentException || error is IndexOutOfRangeException)
                {
                    throw new Refusal("plan-number");
                }
            }
            for (int of = 0; of < 2; of++)
            {
                if (counts[1 + of] > numbers.Left / 4) throw new Refusal("plan-number");
                turns[of] = new Turn[counts[1 + of]];
                long before = 0;
                for (int n = 0; n < turns[of].Length; n++)
                {
                    var turn = new Turn { Start = numbers.Whole(before, Far) };
                    turn.End = turn.Start + numbers.Whole(0, Far);
                    turn.To[0] = numbers.Between(-360, 360);
                    turn.To[1] = numbers.Between(-360, 360);
                    before = turn.Start;
                    turns[of][n] = turn;
                }
            }
            turning |= turns_eyes;
            if (numbers.Left > 0) throw new Refusal("plan-number");
        }

        /// <summary>From the tick start on the face goes to shares at a point, in length ticks.</summary>
        /// <param name="start">No earlier than that of any cue before.</param>
        /// <param name="vad">The point of all shares, each number in [-1, 1].</param>
        /// <param name="shares">Their weights sum to 1 at most; none: it comes to rest.</param>
        /// <param name="clip">What the only share plays from start on; null: the face stands.</param>
        /// <param name="hold">Milliseconds from start at which it is released; null: when it is by itself.</param>
        public void Cue(long start, long length, double[] vad, Share[] shares, Clip clip = null, double? hold = null)
        {
            Check(start, length, vad, shares, clip);
            if (hold.HasValue && !(hold.Value >= 0.0)) throw new ArgumentOutOfRangeException(nameof(hold));
            if (moves.Count >= room)
            {
                int over = Needed(start);
                moves.RemoveRange(0, over);
                dropped += over;
                if (moves.Count > room / 2) room *= 2;
            }
            Append(start, length, vad, shares, clip);
            moves[moves.Count - 1].Hold = hold;
        }

        /// <summary>What was cued last to play goes back to rest from a tick on, along its label's offset.</summary>
        public void Release(long tick)
        {
            int at = moves.Count - 1;
            while (at > 0 && moves[at].Clip == null) at--;
            if (at <= 0) return;
            double hold = Math.Max(0, tick - moves[at].Start) / 60.0;
            moves[at].Hold = Math.Min(hold, moves[at].Clip.ReleasedAt(moves[at].Hold));
        }

        /// <summary>Forget all cues that begin at start or later.</summary>
        public void Cut(long start)
        {
            while (moves.Count > 1 && moves[moves.Count - 1].Start >= start) moves.RemoveAt(moves.Count - 1);
        }

        void Check(long start, long length, double[] vad, Share[] shares, Clip clip)
        {
            long before = moves.Count > 0 ? moves[moves.Count - 1].Start : 0;
            if (start < before || start > Far) throw new ArgumentOutOfRangeException(nameof(start));
            if (length < 0 || length > Far) throw new ArgumentOutOfRangeException(nameof(length));
            foreach (double axis in vad)
            {
                if (!(axis >= -1.0 && axis <= 1.0)) throw new ArgumentOutOfRangeException(nameof(vad));
            }
            double total = 0.0;
            foreach (Share share in shares)
            {
                bool known = share.Label >= 0 && share.Label < bank.Labels.Count && share.Style >= Bank.Plain &&
                    share.Style < bank.Styles(share.Label).Count;
                if (!known || !(share.Weight > 0.0 && share.Weight <= 1.0)) throw new ArgumentOutOfRangeException(nameof(shares));
                total += share.Weight;
            }
            if (!(total <= 1.0 + 1e-6)) throw new ArgumentOutOfRangeException(nameof(shares), "they sum to more than 1");
            if (clip != null && (shares.Length != 1 || shares[0].Label != clip.Label))
            {
                throw new ArgumentException("expected one share, of the clip's label", nameof(clip));
            }
        }

        void Append(long start, long length, double[] vad, Share[] shares, Clip clip)
        {
            int since = moves.Count > 0 ? Settled(start) : 0;
            var move = new Move
            {
                Start = start, End = start + length, Since = dropped + since, Clip = clip, Slots = new Slot[shares.Length],
                Vad = Array.ConvertAll(vad, axis => axis == 0.0 ? 0.0 : axis),
            };
            for (int i = 0; i < shares.Length; i++)
            {
                var slot = new Slot
                {
                    Label = shares[i].Label, Style = shares[i].Style, Weight = shares[i].Weight,
                    Play = clip == null ? 0 : dropped + moves.Count,
                };
                for (int at = since; at < moves.Count; at++) slot.Glides |= Of(moves[at], slot) != null;
                move.Glides |= slot.Glides;
                move.Slots[i] = slot;
            }
            turning |= clip != null;
            moves.Add(move);
        }

        int Begun(long moment)
        {
            int low = 0, high = moves.Count;
            while (low < high)
            {
                int middle = low + (high - low) / 2;
                if (moves[middle].Start <= moment) low = middle + 1;
                else high = middle;
            }
            return low;
        }

        /// The position of the last move that is over: earlier ones are not seen.
        int Settled(long moment)
        {
            int at = Begun(moment) - 1;
            while (at > 0 && moves[at].End > moment) at--;
            return Math.Max(0, at);
        }

        /// The position of the first move that says anything of a moment.
        int Needed(long moment)
        {
            int at = Settled(moment), begun = Begun(moment);
            while (true)
            {
                int earliest = at;
                for (int i = at; i < begun; i++)
                {
                    if (moves[i].Glides && moves[i].End > moment)
                    {
                        earliest = Math.Min(earliest, (int)Math.Max(0, moves[i].Since - dropped));
                    }
                }
                if (earliest >= at) return at;
                at = earliest;
            }
        }

        static int Order(Slot one, Slot other)
        {
            if (one.Label != other.Label) return one.Label < other.Label ? -1 : 1;
            if (one.Style != other.Style) return one.Style < other.Style ? -1 : 1;
            return one.Play.CompareTo(other.Play);
        }

        static Slot Of(Move move, Slot slot)
        {
            foreach (Slot one in move.Slots)
            {
                if (Order(one, slot) == 0) return one;
            }
            return null;
        }

        static double Way(long moment, long start, long end)
        {
            if (end <= start) return moment >= start ? 1.0 : 0.0;
            double t = (double)((double)(moment - start) / (double)(end - start));
            return Timeline.Eased(0, Math.Min(1, Math.Max(0, t)));
        }

        static double Between(double from, double to, double come)
        {
            return (double)((double)((double)(1.0 - come) * from) + (double)(come * to));
        }

        /// How much of a slot is seen; its point goes to `vad`.
        double Seen(int first, int begun, Slot slot, long moment)
        {
            Slot own = Of(moves[first], slot);
            double weight = own == null ? 0.0 : own.Weight;
            Array.Copy(moves[first].Vad, point, 3);
            for (int at = first + 1; at < begun; at++)
            {
                Move move = moves[at];
                double come = Way(moment, move.Start, move.End);
                own = Of(move, slot);
                weight = Between(weight, own == null ? 0.0 : own.Weight, come);
                for (int axis = 0; own != null && axis < 3; axis++)
                {
                    point[axis] = own.Glides ? Between(point[axis], move.Vad[axis], come) : move.Vad[axis];
                }
            }
            for (int axis = 0; axis < 3; axis++) vad[axis] = (float)Math.Min(1.0, Math.Max(-1.0, point[axis]));
            return weight;
        }

        /// <summary>The face at a tick, made way for speech.</summary>
        /// <param name="head">Where yaw, pitch and roll are written in degrees; may be null.</param>
        /// <param name="gaze">Where yaw and pitch are written, which the eyes of the face have already; may be null.</param>
        public void Face(long tick, float speech, float[] face, float[] head = null, float[] gaze = null)
        {
            int channels = part.Length;
            if (tick < 0 || tick > Far) throw new ArgumentOutOfRangeException(nameof(tick));
            if (!(speech >= 0f && speech <= 1f)) throw new ArgumentOutOfRangeException(nameof(speech));
            if (face.Length < channels) throw new ArgumentException("expected room for a weight a channel", nameof(face));
            int first = Needed(tick), begun = Begun(tick);
            Array.Clear(face, 0, channels);
            Array.Clear(heads, 0, 3);
            Array.Clear(looks, 0, 2);
            Move owner;
            for (Slot slot = Next(first, begun, null, out owner); slot != null; slot = Next(first, begun, slot, out owner))
            {
                double weight = Seen(first, begun, slot, tick);
                if (weight == 0.0) continue;
                var share = (float)weight;
                bank.Styled(slot.Label, vad, slot.Style, part);
                if (owner.Clip != null)
                {
                    owner.Clip.Sample((double)((double)(tick - owner.Start) / 60.0), gain, offset, degrees, glance, owner.Hold);
                    bank.Shape(gain, offset, 0, part);
                    for (int axis = 0; axis < 3; axis++) heads[axis] = (double)(heads[axis] + (double)(weight * degrees[axis]));
                    for (int axis = 0; axis < 2; axis++) looks[axis] = (double)(looks[axis] + (double)(weight * glance[axis]));
                }
                bank.Fade(slot.Label, speech, part);
                for (int c = 0; share > 0f && c < channels; c++) face[c] = Arithmetic.Add(face[c], Arithmetic.Mul(share, part[c]));
            }
            for (int c = 0; c < channels; c++) face[c] = Arithmetic.Least(1f, face[c]);
            bank.Resolve(face);
            for (int of = 0; of < 2; of++) TurnedAt(turns[of], tick, turned[of]);
            for (int axis = 0; axis < 2; axis++)
            {
                heads[axis] = (double)(heads[axis] + turned[1][axis]);
                looks[axis] = (double)(looks[axis] + (double)(turned[0][axis] - turned[1][axis]));
            }
            if (turning) TurnEyes(face);
            for (int axis = 0; head != null && axis < 3; axis++) head[axis] = (float)heads[axis];
            for (int axis = 0; gaze != null && axis < 2; axis++) gaze[axis] = (float)looks[axis];
        }

        /// The next slot in order, after `before` where that is not null.
        Slot Next(int first, int begun, Slot before, out Move owner)
        {
            Slot next = null;
            owner = null;
            for (int at = first; at < begun; at++)
            {
                foreach (Slot slot in moves[at].Slots)
                {
                    if ((before == null || Order(slot, before) > 0) && (next == null || Order(slot, next) < 0))
                    {
                        next = slot;
                        owner = moves[at];
                    }
                }
            }
            return next;
        }

        static void TurnedAt(Turn[] turns, long moment, double[] to)
        {
            int begun = 0;
            for (int high = turns.Length; begun < high;)
            {
                int middle = begun + (high - begun) / 2;
                if (turns[middle].Start <= moment) begun = middle + 1;
                else high = middle;
            }
            int at = begun - 1;
            while (at > 0 && turns[at].End > moment) at--;
            to[0] = begun > 0 ? turns[at].To[0] : 0.0;
            to[1] = begun > 0 ? turns[at].To[1] : 0.0;
            for (at++; at < begun; at++)
            {
                double come = Way(moment, turns[at].Start, turns[at].End);
                for (int axis = 0; axis < 2; axis++) to[axis] = Between(to[axis], turns[at].To[axis], come);
            }
        }

        void TurnEyes(float[] face)
        {
            for (int i = 0; i < 4; i++)
            {
                int one = eyes[i, 0], other = eyes[i, 1];
                if (one < 0) continue;
                float turn = (float)(-looks[i / 2] / 30.0);
                float way = Arithmetic.Add(Arithmetic.Sub(face[one], face[other]), turn);
                way = Arithmetic.Least(1f, Arithmetic.Most(-1f, way));
                face[one] = Arithmetic.Most(0f, way);
                face[other] = Arithmetic.Sub(face[one], way);
            }
        }
    }

    /// One operation, rounded to float, at a time.
    static class Arithmetic
    {
        internal static float Mul(float a, float b) => (float)(a * b);
        internal static float Add(float a, float b) => (float)(a + b);
        internal static float Sub(float a, float b) => (float)(a - b);
        internal static float Root(float x) => (float)Math.Sqrt(x);
        internal static float Least(float a, float b) => b < a ? b : a;
        internal static float Most(float a, float b) => b > a ? b : a;
        internal static float Unit(float x) => Least(1f, Most(0f, x));

        /// Whether products are apart from sums, and subnormal numbers are kept.
        internal static bool Computes(float one, float epsilon, float least)
        {
            float a = Add(one, epsilon), b = Sub(one, epsilon), below = Mul(least, 0.5f * one);
            return Sub(Mul(a, b), one) == 0f && below != 0f && Add(below, below) == least;
        }
    }

    sealed class Tensor
    {
        internal string Name;
        internal bool IsFloat, Taken;
        internal long[] Shape;
        internal long Count, Begin;
        internal byte[] Data;
        internal int At;

        internal uint Bits(long item)
        {
            int at = At + 4 * (int)item;
            return (uint)(Data[at] | Data[at + 1] << 8 | Data[at + 2] << 16 | Data[at + 3] << 24);
        }

        internal float Float(long item) => BitConverter.Int32BitsToSingle((int)Bits(item));

        internal float[] Floats
        {
            get
            {
                var values = new float[Count];
                for (long i = 0; i < Count; i++) values[i] = Float(i);
                return values;
            }
        }

        internal int[] Whole
        {
            get
            {
                var values = new int[Count];
                for (long i = 0; i < Count; i++) values[i] = (int)Bits(i);
                return values;
            }
        }
    }

    /// A .safetensors file whose tensors are float32 or int32, without gaps and in name order.
    sealed class Container
    {
        internal readonly byte[] Header;
        internal readonly string Metadata;
        internal readonly List<Tensor> Tensors = new List<Tensor>();

        internal Container(byte[] data)
        {
            if (data.Length < 8) throw new Refusal("too-short");
            ulong length = 0;
            for (int i = 7; i >= 0; i--) length = length << 8 | data[i];
            if (length < 2 || length > 100000000) throw new Refusal("header-length");
            if (8 + length > (ulong)data.Length) throw new Refusal("header-cut");
            int start = 8 + (int)length;
            Header = new byte[(int)length];
            Array.Copy(data, 8, Header, 0, Header.Length);
            string text;
            try
            {
                text = new UTF8Encoding(false, true).GetString(Header);
            }
            catch (ArgumentException)
            {
                throw new Refusal("not-json", "the header");
            }
            Dictionary<string, object> header = Json.Object(text, "the header");
            object facts;
            if (!header.TryGetValue("__metadata__", out facts)) facts = new Dictionary<string, object>();
            header.Remove("__metadata__");
            var named = facts as Dictionary<string, object>;
            if (named == null) throw new Refusal("not-an-object", "__metadata__");
            object metadata;
            named.TryGetValue("mien", out metadata);
            Metadata = metadata as string;
            if (Metadata == null) throw new Refusal("not-mien");
            var names = new List<string>(header.Keys);
            names.Sort(ByCodePoint);
            long end = 0;
            foreach (string name in names)
            {
                Tensor tensor = ReadTensor(name, header[name], data, start, end);
                Tensors.Add(tensor);
                end += 4 * tensor.Count;
            }
            if (start + end != data.Length) throw new Refusal("bytes-left");
        }

        static Tensor ReadTensor(string name, object entry, byte[] data, int start, long begin)
        {
            var found = entry as Dictionary<string, object>;
            long[] shape = null, offsets = null;
            object dtype = null;
            if (found != null && found.Count == 3 && found.TryGetValue("dtype", out dtype))
            {
                shape = Sizes(found, "shape");
                offsets = Sizes(found, "data_offsets");
            }
            if (!("F32".Equals(dtype) || "I32".Equals(dtype)) || shape == null || offsets == null)
            {
                throw new Refusal("tensor-entry", name);
            }
            if (shape.Length > 8) throw new Refusal("tensor-dimensions", name);
            long count = 1, bytes = 4;
            foreach (long extent in shape)
            {
                long factor = Math.Max(1, extent);
                if (factor > data.Length / bytes) throw new Refusal("tensor-size", name);
                bytes *= factor;
                count *= extent;
            }
            if (bytes > data.Length) throw new Refusal("tensor-size", name);
            long end = begin + 4 * count;
            if (offsets.Length != 2 || offsets[0] != begin || offsets[1] != end) throw new Refusal("tensor-place", name);
            if (start + end > data.Length) throw new Refusal("tensor-cut", name);
            return new Tensor
            {
                Name = name, IsFloat = "F32".Equals(dtype), Shape = shape, Count = count, Begin = begin, Data = data,
                At = start + (int)begin,
            };
        }

        static long[] Sizes(Dictionary<string, object> found, string key)
        {
            object value;
            var items = found.TryGetValue(key, out value) ? value as List<object> : null;
            if (items == null) return null;
            var sizes = new long[items.Count];
            for (int i = 0; i < sizes.Length; i++)
            {
                if (!(items[i] is long) || (long)items[i] < 0) return null;
                sizes[i] = (long)items[i];
            }
            return sizes;
        }

        /// The order of UTF-8; the language's own ordinal order is that of UTF-16.
        static int ByCodePoint(string one, string other)
        {
            int i = 0, j = 0;
            while (i < one.Length && j < other.Length)
            {
                int a = CodePoint(one, ref i), b = CodePoint(other, ref j);
                if (a != b) return a - b;
            }
            return (one.Length - i).CompareTo(other.Length - j);
        }

        static int CodePoint(string text, ref int at)
        {
            bool pair = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);
            int code = pair ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
            at += pair ? 2 : 1;
            return code;
        }

        internal static string Digest(params byte[][] parts)
        {
            using (var sha = SHA256.Create())
            {
                foreach (byte[] part in parts) sha.TransformBlock(part, 0, part.Length, null, 0);
                sha.TransformFinalBlock(new byte[0], 0, 0);
                return BitConverter.ToString(sha.Hash).Replace("-", "").ToLowerInvariant();
            }
        }
    }

    /// The checks of an artifact, in the order of evaluator.md.
    sealed class Artifact
    {
        sealed class Field
        {
            internal readonly string Name, Shape;
            internal readonly double Low, High;
            internal readonly bool IsWhole;

            internal Field(string name, string shape, double low, double high, bool isWhole = false)
            {
                Name = name;
                Shape = shape;
                Low = low;
                High = high;
                IsWhole = isWhole;
            }
        }

        const double Normal = 1.1754943508222875e-38;

        /// A letter a dimension; T is 10, V is 3.
        static readonly Field[] SharedFields =
        {
            new Field("rules", "CT", -8, 8), new Field("metric", "V", 0, 1e6),
            new Field("support", "1", 5.421010862427522e-20, 1e6), new Field("pairs", "P2", 0, 0, true),
            new Field("caps", "P", 0, 1), new Field("ceilings", "N2", 0, 0, true), new Field("slacks", "N", 0, 1),
            new Field("sealing", "M", 0, 0, true), new Field("sealing_levels", "M", Normal, 1),
            new Field("parting", "L", 0, 0, true),
        };

        static readonly Field[] LabelFields =
        {
            new Field("anchors", "KV", -1, 1), new Field("archetypes", "KC", 0, 1), new Field("weights", "KC", -1e9, 1e9),
            new Field("strength", "C", 0, 1), new Field("plateau_outer", "K", Normal, 1e9),
            new Field("plateau_span", "K", Normal, 1e9), new Field("attenuation", "C", 0, 1),
            new Field("style_anchors", "SV", -1, 1), new Field("style_gain", "SC", 0, 2),
            new Field("style_offset", "SC", -1, 1),
        };

        const int Longest = 600000, Many = 1 << 24;

        static readonly Field[] TimelineFields =
        {
            new Field("timing", "4", -1, Longest, true), new Field("blink", "5", 0, Longest, true),
            new Field("resolves", "J", 0, Many, true), new Field("clips", "GV", 0, Longest, true),
            new Field("tracks", "WV", 0, Many, true), new Field("key_times", "Y", 0, Longest, true),
            new Field("key_easings", "Y", 0, 4, true), new Field("key_values", "Y2", -90, 90),
            new Field("sequence_clips", "QK", 0, Many, true), new Field("sequence_ends", "QV", 0, Many, true),
        };

        internal readonly string Name, Version;
        internal string Checksum;
        internal readonly string[] Channels, Intensities;
        internal readonly Dictionary<string, Tensor> Shared;
        internal readonly Bank.Table[] Tables;

        internal Artifact(byte[] data)
        {
            var file = new Container(data);
            Dictionary<string, object> facts = Json.Object(file.Metadata, "the metadata");
            CheckEngine(facts);
            Channels = Distinct(facts, "channels", 1);
            Intensities = Distinct(facts, "intensities", 2);
            string[] classes = Texts(facts, "classes", 0);
            if (classes.Length != Channels.Length ||
                !Array.TrueForAll(classes, name => name == "EXPRESSION" || name == "LIPSYNC" || name == "SHARED"))
            {
                throw new Refusal("metadata-classes");
            }
            var known = new HashSet<string>(Channels);
            var mirror = new List<string>();
            foreach (object entry in Items(facts, "mirror", 0))
            {
                var pair = entry as List<object>;
                if (pair == null || pair.Count != 2 || !pair.TrueForAll(IsText)) throw new Refusal("metadata-type", "mirror");
                mirror.Add((string)pair[0]);
                mirror.Add((string)pair[1]);
            }
            if (!mirror.TrueForAll(known.Contains)) throw new Refusal("metadata-mirror");

            var sizes = new Dictionary<char, long>
            {
                ['1'] = 1, ['2'] = 2, ['V'] = 3, ['T'] = 10, ['C'] = Channels.Length, ['K'] = Intensities.Length,
            };
            Shared = Fetch(file, "bank.", SharedFields, sizes);
            var labels = new List<Dictionary<string, object>>();
            foreach (object entry in Items(facts, "labels", 1))
            {
                var label = entry as Dictionary<string, object>;
                if (label == null) throw new Refusal("metadata-type", "labels");
                labels.Add(label);
            }
            Tables = new Bank.Table[labels.Count];
            var own = new Dictionary<string, Tensor>[labels.Count];
            for (int n = 0; n < labels.Count; n++)
            {
                string label = Text(labels[n], "label");
                string[] styles = Distinct(labels[n], "styles", 0);
                sizes['S'] = styles.Length;
                own[n] = Fetch(file, "label." + label + ".", LabelFields, sizes);
                Tables[n] = Table(label, styles, own[n]);
                if (!labels[n].ContainsKey("sequences")) continue;
                string[] sequences = Distinct(labels[n], "sequences", 0);
                var letters = new Dictionary<char, long>(sizes) { ['4'] = 4, ['5'] = 5, ['Q'] = sequences.Length };
                Tables[n].Timeline = new Timeline(
                    sequences, Fetch(file, "label." + label + ".", TimelineFields, letters));
            }
            foreach (Tensor tensor in file.Tensors)
            {
                if (!tensor.Taken) throw new Refusal("tensor-unknown", tensor.Name);
            }
            Name = Text(facts, "bank");
            Version = Text(facts, "version");
            string rig = Text(facts, "rig");
            CheckConflicts(Shared["pairs"].Whole, Shared["ceilings"].Whole);
            foreach (Bank.Table table in Tables)
            {
                CheckPlateaus(table, Shared["metric"].Floats);
                if (table.Timeline != null) table.Timeline.Check(table.Label, Channels.Length, Intensities.Length, Tables.Length);
            }
            CheckHeader(file, facts, labels, rig, classes, mirror);
        }

        static Bank.Table Table(string label, string[] styles, Dictionary<string, Tensor> own)
        {
            return new Bank.Table
            {
                Label = label, Styles = styles, Anchors = own["anchors"].Floats, Archetypes = own["archetypes"].Floats,
                Weights = own["weights"].Floats, Strength = own["strength"].Floats, Outer = own["plateau_outer"].Floats,
                Span = own["plateau_span"].Floats, Attenuation = own["attenuation"].Floats,
                Gain = own["style_gain"].Floats, Offset = own["style_offset"].Floats,
            };
        }

        static void CheckEngine(Dictionary<string, object> facts)
        {
            string schema = Text(facts, "schema"), kind = "mien/artifact/";
            if (schema != kind + "1" && schema != kind + "2")
            {
                string number = schema.StartsWith(kind, StringComparison.Ordinal) ? schema.Substring(kind.Length) : "";
                bool newer = number != "" && Array.TrueForAll(number.ToCharArray(), c => c >= '0' && c <= '9');
                throw new Refusal(newer ? "format-newer" : "format-other");
            }
            object engine = Value(facts, "engine");
            if (!(engine is long)) throw new Refusal("metadata-type", "engine");
            if ((long)engine != 1) throw new Refusal("engine-other");
        }

        static object Value(Dictionary<string, object> facts, string key)
        {
            object value;
            if (!facts.TryGetValue(key, out value)) throw new Refusal("metadata-missing", key);
            return value;
        }

        /// Whether it is a text that UTF-8 can hold.
        static bool IsText(object value)
        {
            var text = value as string;
            for (int i = 0; text != null && i < text.Length; i++)
            {
                if (!char.IsSurrogate(text[i])) continue;
                if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
                i++;
            }
            return text != null;
        }

        static string Text(Dictionary<string, object> facts, string key)
        {
            object value = Value(facts, key);
            if (!IsText(value)) throw new Refusal("metadata-type", key);
            return (string)value;
        }

        static List<object> Items(Dictionary<string, object> facts, string key, int least)
        {
            var items = Value(facts, key) as List<object>;
            if (items == null) throw new Refusal("metadata-type", key);
            if (items.Count < least) throw new Refusal("metadata-few", key);
            return items;
        }

        static string[] Texts(Dictionary<string, object> facts, string key, int least)
        {
            List<object> items = Items(facts, key, least);
            if (!items.TrueForAll(IsText)) throw new Refusal("metadata-type", key);
            return items.ConvertAll(item => (string)item).ToArray();
        }

        static string[] Distinct(Dictionary<string, object> facts, string key, int least)
        {
            string[] names = Texts(facts, key, least);
            if (new HashSet<string>(names).Count != names.Length) throw new Refusal("metadata-twice", key);
            return names;
        }

        static Dictionary<string, Tensor> Fetch(Container file, string prefix, Field[] fields, Dictionary<char, long> sizes)
        {
            var found = new Dictionary<string, Tensor>();
            foreach (Field field in fields)
            {
                string name = prefix + field.Name;
                Tensor tensor = file.Tensors.Find(one => !one.Taken && one.Name == name);
                if (tensor == null) throw new Refusal("tensor-missing", name);
                tensor.Taken = true;
                if (tensor.IsFloat == field.IsWhole) throw new Refusal("tensor-dtype", name);
                if (tensor.Shape.Length != field.Shape.Length) throw new Refusal("tensor-dimensions", name);
                for (int axis = 0; axis < tensor.Shape.Length; axis++)
                {
                    long extent;
                    if (!sizes.TryGetValue(field.Shape[axis], out extent)) sizes[field.Shape[axis]] = extent = tensor.Shape[axis];
                    if (tensor.Shape[axis] != extent) throw new Refusal("tensor-shape", name);
                }
                double high = field.IsWhole && field.High == 0 ? sizes['C'] - 1 : field.High;
                for (long i = 0; i < tensor.Count; i++)
                {
                    double value = field.IsWhole ? (int)tensor.Bits(i) : tensor.Float(i);
                    if (!(value >= field.Low && value <= high)) throw new Refusal("tensor-range", name);
                }
                for (long i = 0; i < tensor.Count && !field.IsWhole && field.Low >= 0; i++)
                {
                    if (tensor.Bits(i) == 0x80000000u) throw new Refusal("tensor-negative-zero", name);
                }
                found[field.Name] = tensor;
            }
            return found;
        }

        static void CheckConflicts(int[] pairs, int[] ceilings)
        {
            for (int i = 0; i < pairs.Length; i += 2)
            {
                if (pairs[i] == pairs[i + 1]) throw new Refusal("pair-of-one");
            }
            for (int i = 0; i < ceilings.Length; i += 2)
            {
                bool moves = Array.IndexOf(pairs, ceilings[i]) >= 0;
                for (int j = 0; j < ceilings.Length; j += 2) moves |= ceilings[j] == ceilings[i + 1];
                if (moves) throw new Refusal("ceiling-moves");
            }
        }

        static void CheckPlateaus(Bank.Table table, float[] metric)
        {
            double rounding = 1.0 + 1.0 / 1048576.0;
            for (int i = 0; i < table.Outer.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    double squared = 0.0;
                    for (int axis = 0; axis < 3; axis++)
                    {
                        double away = (double)table.Anchors[3 * i + axis] - table.Anchors[3 * j + axis];
                        double part = (double)((double)(metric[axis] * away) * away);
                        squared = axis == 0 ? part : (double)(squared + part);
                    }
                    double one = (double)(Math.Sqrt(table.Outer[i]) * rounding);
                    double other = (double)(Math.Sqrt(table.Outer[j]) * rounding);
                    if (!((double)(one + other) < Math.Sqrt(squared))) throw new Refusal("plateaus-touch", table.Label);
                }
            }
            for (int i = 0; i < table.Outer.Length; i++)
            {
                if (table.Span[i] > table.Outer[i]) throw new Refusal("tensor-range", table.Label);
            }
        }

        /// The header is, byte for byte, the one that follows from what was read: no damage goes unseen.
        void CheckHeader(Container file, Dictionary<string, object> facts, List<Dictionary<string, object>> labels, string rig,
                         string[] classes, List<string> mirror)
        {
            var pairs = new List<string>();
            for (int i = 0; i < mirror.Count; i += 2) pairs.Add(Json.Texts(new[] { mirror[i], mirror[i + 1] }));
            string channels = Json.Texts(Channels), kinds = Json.Texts(classes), levels = Json.Texts(Intensities);
            string twins = "[" + string.Join(",", pairs) + "]";
            string shared = Digest(
                "{\"channels\":" + channels + ",\"classes\":" + kinds + ",\"engine\":1,\"intensities\":" + levels +
                ",\"mirror\":" + twins + ",\"rig\":" + Json.Quote(rig), "bank.", file);
            var digests = new string[Tables.Length];
            var entries = new string[Tables.Length];
            int version = 1;
            for (int n = 0; n < Tables.Length; n++)
            {
                string label = Json.Quote(Tables[n].Label), styles = Json.Texts(Tables[n].Styles);
                string prefix = "label." + Tables[n].Label + ".";
                Field[] fields = LabelFields;
                if (Tables[n].Timeline != null)
                {
                    version = 2;
                    label += ",\"sequences\":" + Json.Texts(Tables[n].Timeline.Sequences);
                    fields = new Field[LabelFields.Length + TimelineFields.Length];
                    LabelFields.CopyTo(fields, 0);
                    TimelineFields.CopyTo(fields, LabelFields.Length);
                }
                digests[n] = Digest("{\"label\":" + label + ",\"styles\":" + styles, prefix, file);
                entries[n] = "{\"digest\":\"" + digests[n] + "\",\"label\":" + label + ",\"styles\":" + styles + "," +
                    TensorNames(prefix, fields) + "}";
            }
            string first = "{\"bank\":" + Json.Quote(Name) + ",\"channels\":" + channels;
            string rest = ",\"classes\":" + kinds + ",\"digest\":\"" + shared + "\",\"engine\":1,\"intensities\":" + levels +
                ",\"labels\":[" + string.Join(",", entries) + "],\"mirror\":" + twins + ",\"rig\":" + Json.Quote(rig) +
                ",\"schema\":\"mien/artifact/" + version + "\"," + TensorNames("bank.", SharedFields) + ",\"version\":" +
                Json.Quote(Version) + "}";
            string checksum = Checksum = Container.Digest(Encoding.UTF8.GetBytes(first + rest));
            var header = new StringBuilder("{\"__metadata__\":{\"mien\":");
            header.Append(Json.Quote(first + ",\"checksum\":\"" + checksum + "\"" + rest)).Append('}');
            foreach (Tensor tensor in file.Tensors)
            {
                header.Append(',').Append(Json.Quote(tensor.Name)).Append(tensor.IsFloat ? ":{\"dtype\":\"F32\"" : ":{\"dtype\":\"I32\"")
                    .Append(",\"shape\":").Append(Shape(tensor)).Append(",\"data_offsets\":[").Append(tensor.Begin).Append(',')
                    .Append(tensor.Begin + 4 * tensor.Count).Append("]}");
            }
            byte[] text = Encoding.UTF8.GetBytes(header.Append('}').ToString());
            var padded = new byte[(text.Length + 7) / 8 * 8];
            for (int i = 0; i < padded.Length; i++) padded[i] = i < text.Length ? text[i] : (byte)' ';
            bool same = padded.Length == file.Header.Length;
            for (int i = 0; same && i < padded.Length; i++) same = padded[i] == file.Header[i];
            if (same) return;
            object digest;
            for (int n = 0; n < Tables.Length; n++)
            {
                labels[n].TryGetValue("digest", out digest);
                if (!digests[n].Equals(digest)) throw new Refusal("table-digest", Tables[n].Label);
            }
            facts.TryGetValue("digest", out digest);
            throw new Refusal(shared.Equals(digest) ? "not-canonical" : "shared-digest");
        }

        /// Of a line of canonical JSON, then of the bytes of the tensors that are the prefix and a field.
        static string Digest(string names, string prefix, Container file)
        {
            List<Tensor> own = file.Tensors.FindAll(one =>
                one.Name.StartsWith(prefix, StringComparison.Ordinal) && one.Name.IndexOf('.', prefix.Length) < 0);
            var described = own.ConvertAll(one =>
                "[" + Json.Quote(one.Name) + (one.IsFloat ? ",\"F32\"," : ",\"I32\",") + Shape(one) + "]");
            var parts = new List<byte[]>
            {
                Encoding.UTF8.GetBytes(names + ",\"tensors\":[" + string.Join(",", described) + "]}\n"),
            };
            foreach (Tensor tensor in own)
            {
                var bytes = new byte[4 * tensor.Count];
                Array.Copy(tensor.Data, tensor.At, bytes, 0, bytes.Length);
                parts.Add(bytes);
            }
            return Container.Digest(parts.ToArray());
        }

        static string Shape(Tensor tensor)
        {
            return "[" + string.Join(",", Array.ConvertAll(tensor.Shape, n => n.ToString(CultureInfo.InvariantCulture))) + "]";
        }

        static string TensorNames(string prefix, Field[] fields)
        {
            var names = new List<string>(Array.ConvertAll(fields, field => field.Name));
            names.Sort(string.CompareOrdinal);
            List<string> pairs = names.ConvertAll(name => "\"" + name + "\":" + Json.Quote(prefix + name));
            return "\"tensors\":{" + string.Join(",", pairs) + "}";
        }
    }

    /// A label in time, as docs/evaluator.md has it.
    sealed class Timeline
    {
        const int Go = 1, Longest = 600000;
        static readonly double[][] Bounds =
        {
            new double[] { 0, 2, -1, 1 }, new double[] { -90, 90, 0, 0 }, new double[] { 0, 1, 0, 0 },
        };

        internal readonly string[] Sequences;
        internal readonly int[] Own, Blink, Resolves, Clips, SequenceClips, SequenceEnds;
        readonly int[] tracks, times, easings;
        readonly float[] values;

        /// The first track of each clip, and the first key of each track; one more of both.
        int[] first, keys;

        internal Timeline(string[] sequences, Dictionary<string, Tensor> own)
        {
            Sequences = sequences;
            Own = own["timing"].Whole;
            Blink = own["blink"].Whole;
            Resolves = own["resolves"].Whole;
            Clips = own["clips"].Whole;
            tracks = own["tracks"].Whole;
            times = own["key_times"].Whole;
            easings = own["key_easings"].Whole;
            values = own["key_values"].Floats;
            SequenceClips = own["sequence_clips"].Whole;
            SequenceEnds = own["sequence_ends"].Whole;
        }

        internal void Sample(int clip, int channels, double time, double released, float[] gain, float[] offset, float[] head,
                             float[] gaze)
        {
            int begin = Clips[3 * clip + 1], end = Clips[3 * clip + 2];
            double shown = time;
            if (end > 0)
            {
                double rounds = Math.Floor((double)((time - begin) / (end - begin)));
                if (rounds > 0) shown = (double)(time - (double)(rounds * (end - begin)));
            }
            bool goes = !double.IsPositiveInfinity(released);
            double away = goes ? (double)(time - released) : 0.0;
            double gain1 = 1, offset1 = 0, share1 = 1, unused;
            int track = first[clip], until = first[clip + 1], other = first[Go], gone = first[Go + 1];
            int rest = Find(track, until, channels), leaves = Find(other, gone, channels);
            if (rest < until && Target(rest) == channels) Curve(rest, shown, out gain1, out offset1);
            if (goes && leaves < gone && Target(leaves) == channels) Curve(leaves, away, out share1, out unused);
            for (int place = 0; place < channels + 5; place++)
            {
                int target = place < channels ? place : place + 1;
                double one = place < channels ? gain1 : 0.0, two = place < channels ? offset1 : 0.0;
                track = Find(track, until, target);
                if (track < until && Target(track) == target) Curve(track, shown, out one, out two);
                if (goes)
                {
                    double share = share1;
                    other = Find(other, gone, target);
                    if (other < gone && Target(other) == target) Curve(other, away, out share, out unused);
                    one = Share(one, share);
                    two = Share(two, share);
                }
                if (place < channels)
                {
                    gain[place] = (float)one;
                    offset[place] = (float)two;
                }
                else if (place < channels + 3) head[place - channels] = (float)one;
                else gaze[place - channels - 3] = (float)one;
            }
        }

        /// 0 instead of -0: a compiler may leave out that 0 is added.
        static double Share(double value, double share)
        {
            double left = (double)(value * share);
            return left == 0.0 ? 0.0 : left;
        }

        int Target(int track) => tracks[3 * track + 1];

        /// The first track from `track` on of this target or one after it.
        int Find(int track, int until, int target)
        {
            while (track < until && tracks[3 * track + 1] < target) track++;
            return track;
        }

        void Curve(int track, double time, out double one, out double two)
        {
            Value(keys[track], keys[track + 1], time, out one, out two);
        }

        /// What must hold beyond the type, shape and range of each tensor.
        internal void Check(string label, int channels, int levels, int labels)
        {
            int count = Clips.Length / 3;
            if (count <= Go) throw new Refusal("clips-few", label);
            for (int at = 0; at < Clips.Length; at += 3)
            {
                int begin = Clips[at + 1], end = Clips[at + 2];
                if (!((begin < end && end <= Clips[at]) || (begin == 0 && end == 0))) throw new Refusal("clip-loop", label);
            }
            long total = 0;
            int clipBefore = -1, targetBefore = -1;
            for (int at = 0; at < tracks.Length; at += 3)
            {
                int clip = tracks[at], target = tracks[at + 1];
                if (clip >= count || target >= channels + 6) throw new Refusal("track-target", label);
                if (clip < clipBefore || (clip == clipBefore && target <= targetBefore)) throw new Refusal("track-order", label);
                if (tracks[at + 2] < 1) throw new Refusal("track-keys", label);
                clipBefore = clip;
                targetBefore = target;
                total += tracks[at + 2];
            }
            if (total != times.Length) throw new Refusal("track-keys", label);
            for (int at = 0, key = 0; at < tracks.Length; at += 3) key = CheckKeys(label, at, key, channels);
            for (int at = 0, key = 0; at < tracks.Length; key += tracks[at + 2], at += 3)
            {
                int clip = tracks[at], to = key + tracks[at + 2];
                if (Clips[3 * clip + 2] == 0) continue;
                double one, two, other, another;
                Value(key, to, Clips[3 * clip + 1], out one, out two);
                Value(key, to, Clips[3 * clip + 2], out other, out another);
                if (one != other || two != another) throw new Refusal("loop-jumps", label);
            }
            CheckPlaces(label, count, levels, labels);
            keys = new int[tracks.Length / 3 + 1];
            for (int row = 0; row < tracks.Length / 3; row++) keys[row + 1] = keys[row] + tracks[3 * row + 2];
            first = new int[count + 1];
            for (int clip = 0, row = 0; clip <= count; clip++)
            {
                while (row < tracks.Length / 3 && tracks[3 * row] < clip) row++;
                first[clip] = row;
            }
        }

        int CheckKeys(string label, int at, int key, int channels)
        {
            int clip = tracks[at], first = key;
            double[] bounds = Bounds[clip == Go ? 2 : tracks[at + 1] > channels ? 1 : 0];
            for (; key < first + tracks[at + 2]; key++)
            {
                if (key > first && times[key] <= times[key - 1]) throw new Refusal("key-times", label);
                for (int part = 0; part < 2; part++)
                {
                    float value = values[2 * key + part];
                    if (!(value >= bounds[2 * part] && value <= bounds[2 * part + 1])) throw new Refusal("key-value", label);
                    if (value == 0 && 1 / value < 0) throw new Refusal("tensor-negative-zero", label);
                }
            }
            if (times[key - 1] > Clips[3 * clip]) throw new Refusal("track-late", label);
            return key;
        }

        void CheckPlaces(string label, int count, int levels, int labels)
        {
            bool holds = Within(Own[0], 0, 2) && Within(Own[1], -1, Longest) &&
                Within(Own[2], -1, Sequences.Length - 1) && Within(Own[3], 0, Longest) && Within(Blink[0], 0, Blink[1]);
            foreach (int other in Resolves) holds &= Within(other, 0, labels - 1);
            foreach (int clip in SequenceClips) holds &= Within(clip, Go + 1, count - 1);
            for (int at = 0; at < SequenceEnds.Length; at += 3)
            {
                holds &= Within(SequenceEnds[at], 0, 2) && Within(SequenceEnds[at + 1], 0, labels - 1) &&
                    Within(SequenceEnds[at + 2], 0, levels - 1);
            }
            if (!holds) throw new Refusal("sequence-place", label);
        }

        static bool Within(int found, int low, int high)
        {
            return found >= low && found <= high;
        }

        /// Gain and offset, or degrees and 0, of the track whose keys are `from` to `to`, not included.
        void Value(int from, int to, double time, out double one, out double two)
        {
            int last = to - 1, key = from;
            if (last == from || time >= times[last])
            {
                one = values[2 * last];
                two = values[2 * last + 1];
                return;
            }
            while (last - key > 1)
            {
                int middle = key + (last - key) / 2;
                if (times[middle] <= time) key = middle;
                else last = middle;
            }
            double share = (double)((time - times[key]) / ((double)times[key + 1] - times[key]));
            double done = Eased(easings[key + 1], Math.Min(1, Math.Max(0, share)));
            one = Between(values[2 * key], values[2 * key + 2], done);
            two = Between(values[2 * key + 1], values[2 * key + 3], done);
        }

        static double Between(double low, double high, double done)
        {
            double way = (double)((double)(high - low) * done);
            return (double)(low + way);
        }

        internal static double Eased(int number, double t)
        {
            switch (number)
            {
                case 1: return t;
                case 2: return Math.Min(1, (double)((double)((double)(t * t) * t) * (double)((double)(t * (double)((double)(6 * t) - 15)) + 10)));
                case 3: return (double)(t * t);
                case 4: return (double)(t * (double)(2 - t));
                default: return Math.Min(1, (double)((double)(t * t) * (double)(3 - (double)(2 * t))));
            }
        }
    }

    /// JSON as the artifact has it: texts, lists, objects without a key twice, and whole numbers as long.
    sealed class Json
    {
        const int Deepest = 500;

        readonly string text;
        int at, depth;

        Json(string text)
        {
            this.text = text;
        }

        internal static Dictionary<string, object> Object(string text, string what)
        {
            object value;
            try
            {
                var json = new Json(text);
                value = json.Value();
                json.Space();
                if (json.at < text.Length) throw new FormatException();
            }
            catch (FormatException)
            {
                throw new Refusal("not-json", what);
            }
            var found = value as Dictionary<string, object>;
            if (found == null) throw new Refusal("not-an-object", what);
            return found;
        }

        internal static string Quote(string text)
        {
            var quoted = new StringBuilder("\"");
            foreach (char c in text)
            {
                int known = "\b\f\n\r\t\"\\".IndexOf(c);
                if (known >= 0) quoted.Append('\\').Append("bfnrt\"\\"[known]);
                else if (c < ' ') quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                else quoted.Append(c);
            }
            return quoted.Append('"').ToString();
        }

        internal static string Texts(string[] texts) => "[" + string.Join(",", Array.ConvertAll(texts, Quote)) + "]";

        void Space()
        {
            while (at < text.Length && " \t\n\r".IndexOf(text[at]) >= 0) at++;
        }

        bool Next(char c)
        {
            Space();
            bool is_it = at < text.Length && text[at] == c;
            if (is_it) at++;
            return is_it;
        }

        void Need(char c)
        {
            if (!Next(c)) throw new FormatException();
        }

        object Value()
        {
            if (Next('"')) return Text();
            if (Next('{'))
            {
                var members = new Dictionary<string, object>();
                Enter();
                if (!Next('}'))
                {
                    do
                    {
                        Need('"');
                        string key = Text();
                        Need(':');
                        if (members.ContainsKey(key)) throw new FormatException();
                        members.Add(key, Value());
                    }
                    while (Next(','));
                    Need('}');
                }
                depth--;
                return members;
            }
            if (Next('['))
            {
                var items = new List<object>();
                Enter();
                if (!Next(']'))
                {
                    do items.Add(Value());
                    while (Next(','));
                    Need(']');
                }
                depth--;
                return items;
            }
            foreach (string word in new[] { "true", "false", "null" })
            {
                if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) continue;
                at += word.Length;
                return word == "null" ? null : (object)(word == "true");
            }
            return Number();
        }

        void Enter()
        {
            if (++depth > Deepest) throw new FormatException();
        }

        string Text()
        {
            var found = new StringBuilder();
            while (true)
            {
                if (at >= text.Length || text[at] < ' ') throw new FormatException();
                char c = text[at++];
                if (c == '"') return found.ToString();
                if (c == '\\')
                {
                    if (at >= text.Length) throw new FormatException();
                    char escape = text[at++];
                    int known = "bfnrt\"\\/".IndexOf(escape);
                    if (known >= 0) c = "\b\f\n\r\t\"\\/"[known];
                    else if (escape == 'u') c = Hex();
                    else throw new FormatException();
                }
                found.Append(c);
            }
        }

        char Hex()
        {
            int code = 0;
            for (int i = 0; i < 4; i++, at++)
            {
                int digit = at < text.Length ? "0123456789abcdef".IndexOf(char.ToLowerInvariant(text[at])) : -1;
                if (digit < 0) throw new FormatException();
                code = code << 4 | digit;
            }
            return (char)code;
        }

        int Digits()
        {
            int from = at;
            while (at < text.Length && text[at] >= '0' && text[at] <= '9') at++;
            if (at == from) throw new FormatException();
            return at - from;
        }

        /// A whole number that every reader of JSON has exactly is a long, any other a double.
        object Number()
        {
            int from = at;
            if (at < text.Length && text[at] == '-') at++;
            int first = at;
            if (Digits() > 1 && text[first] == '0') throw new FormatException();
            if (at < text.Length && text[at] == '.')
            {
                at++;
                Digits();
            }
            if (at < text.Length && (text[at] == 'e' || text[at] == 'E'))
            {
                at++;
                if (at < text.Length && (text[at] == '+' || text[at] == '-')) at++;
                Digits();
            }
            double value;
            try
            {
                value = double.Parse(text.Substring(from, at - from), NumberStyles.Float, CultureInfo.InvariantCulture);
            }
            catch (OverflowException)
            {
                value = double.PositiveInfinity;
            }
            return Math.Abs(value) <= 9007199254740991.0 && Math.Floor(value) == value ? (object)(long)value : value;
        }
    }
}
