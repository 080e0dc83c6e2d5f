// A face of a compiled bank on a SkinnedMeshRenderer, by the names of its blendshapes.
//
// Put this file and Mien.cs anywhere under Assets, the artifact beside them as default.bytes, this component on the
// renderer, and drag the artifact into Bank. Then set Label and Intensity, or from code:
//
//     GetComponent<MienFace>().Show("joy", 0.5f);
//     GetComponent<MienFace>().Show("anger", 1f, style: "controlled", seconds: 0.4f);
//     GetComponent<MienFace>().Play("surprise");                          // its own onset, apex and offset
//     GetComponent<MienFace>().Play("embarrassment", "caught");           // one of its sequences
//     GetComponent<MienFace>().Release();                                 // back to rest, along the label's offset
//     GetComponent<MienFace>().Perform(File.ReadAllBytes("line.plan"));   // a score, by `mien score plan line.yaml`
//
// One face crosses over to the next as the cues of a score do. Head has what the head does, for a bone of yours:
//
//     neck.localRotation = rest * Quaternion.Euler(face.Head[1], face.Head[0], -face.Head[2]);

using System.Collections.Generic;
using UnityEngine;

namespace Mien
{
    [RequireComponent(typeof(SkinnedMeshRenderer))]
    public sealed class MienFace : MonoBehaviour
    {
        [Tooltip("The bank's .safetensors file, renamed to .bytes")] public TextAsset Bank;
        [Tooltip("The sha256 of the file as mien.lock has it; empty: not checked")] public string Sha256 = "";
        public string Label = "neutral";
        public string Style = "";
        [Tooltip("What the label plays: a sequence, or dynamics; empty: the face stands")] public string Sequence = "";
        [Range(0f, 1f)] public float Intensity = 0.5f;
        [Range(0f, 1f), Tooltip("How far the mouth belongs to the sound")] public float Speech;
        [Tooltip("The weight of a blendshape that is fully on")] public float Full = 100f;
        [Tooltip("Seconds in which a face becomes another one")] public float Seconds = 0.3f;

        /// <summary>Yaw, pitch and roll in degrees: above 0 to the subject's right, down, to the right shoulder.</summary>
        public readonly float[] Head = new float[3];

        const string Dynamics = "dynamics";

        readonly double[] point = new double[3];
        readonly List<int> channels = new List<int>(), shapes = new List<int>();
        Bank bank;
        Player player;
        SkinnedMeshRenderer mesh;
        float[] face, lips;
        double clock;
        float shownIntensity;
        string shownLabel, shownStyle, shownSequence;
        bool anew;

        /// <summary>Ease to another face.</summary>
        public void Show(string label, float intensity, string style = "", float seconds = -1f)
        {
            Play(label, "", intensity, style, seconds);
        }

        /// <summary>Play a label's own onset, apex and offset, or one of its sequences, from now on.</summary>
        public void Play(string label, string sequence = Dynamics, float intensity = 0.5f, string style = "", float seconds = -1f)
        {
            Label = label;
            Sequence = sequence;
            Intensity = intensity;
            Style = style;
            if (seconds >= 0f) Seconds = seconds;
            anew = sequence != "";
        }

        /// <summary>What plays goes back to rest along its label's offset.</summary>
        public void Release()
        {
            if (player != null) player.Release(Player.Ticks(clock));
        }

        /// <summary>Perform a plan of this bank from its start; what is shown or played meanwhile ends it.</summary>
        /// <exception cref="Refusal">It is no plan, is damaged, or is of another bank.</exception>
        public void Perform(byte[] plan)
        {
            if (bank == null) throw new Refusal("plan-bank", "the component has not started");
            player = Player.Load(bank, plan);
            clock = 0.0;
            Remember();
        }

        /// <summary>Lips on top, a weight in [0, 1] for each of the bank's channels; null: none.</summary>
        public void SetLips(float[] visemes)
        {
            lips = visemes;
        }

        void Start()
        {
            mesh = GetComponent<SkinnedMeshRenderer>();
            try
            {
                bank = Mien.Bank.Load(Bank.bytes, Sha256 == "" ? null : Sha256);
            }
            catch (Refusal refusal)
            {
                Debug.LogError("The bank " + Bank.name + " is refused: " + refusal.Message, this);
                enabled = false;
                return;
            }
            player = new Player(bank);
            face = new float[bank.Channels.Count];
            FindShapes();
            if (shapes.Count == 0)
            {
                Debug.LogError("No blendshape of " + mesh.name + " is called as one of the bank's channels", this);
                enabled = false;
            }
        }

        /// A mesh may call them head.jawOpen, JawOpen or blendShape1.jaw_open: what follows the last dot counts, without
        /// case and underscores; _L and _R are Left and Right.
        void FindShapes()
        {
            var known = new Dictionary<string, int>();
            for (int c = 0; c < bank.Channels.Count; c++) known[Plain(bank.Channels[c])] = c;
            for (int shape = 0; shape < mesh.sharedMesh.blendShapeCount; shape++)
            {
                int channel;
                if (!known.TryGetValue(Plain(mesh.sharedMesh.GetBlendShapeName(shape)), out channel)) continue;
                channels.Add(channel);
                shapes.Add(shape);
            }
        }

        static string Plain(string name)
        {
            name = name.Substring(name.LastIndexOf('.') + 1);
            if (name.EndsWith("_L")) name = name.Substring(0, name.Length - 2) + "Left";
            if (name.EndsWith("_R")) name = name.Substring(0, name.Length - 2) + "Right";
            return name.Replace("_", "").ToLowerInvariant();
        }

        void LateUpdate()
        {
            if (anew || Label != shownLabel || Style != shownStyle || Sequence != shownSequence || Intensity != shownIntensity)
            {
                Change();
            }
            clock += Time.deltaTime;
            player.Face(Player.Ticks(clock), Mathf.Clamp01(Speech), face, Head);
            if (lips != null) bank.Compose(face, lips, face);
            for (int i = 0; i < shapes.Count; i++) mesh.SetBlendShapeWeight(shapes[i], Full * face[channels[i]]);
        }

        void Change()
        {
            int label = bank.Label(Label);
            int style = label < 0 || Style == "" ? Mien.Bank.Plain : bank.Style(label, Style);
            bool timed = label >= 0 && Sequence != "" && bank.Timing(label) != null;
            int sequence = !timed || Sequence == Dynamics ? Mien.Bank.Dynamics : bank.Sequence(label, Sequence);
            if (label < 0 || (Style != "" && style < 0))
            {
                Debug.LogWarning("The bank has no " + Label + (Style == "" ? "" : " in the style " + Style), this);
            }
            else if (Sequence != "" && (!timed || sequence == -1))
            {
                Debug.LogWarning("The bank has no " + Sequence + " of " + Label, this);
            }
            else
            {
                float intensity = Mathf.Clamp01(Intensity);
                float[] vad = bank.Point(label, intensity);
                for (int axis = 0; axis < 3; axis++) point[axis] = vad[axis];
                int level = (int)(intensity * (bank.Intensities.Count - 1) + 0.5f);
                long now = Player.Ticks(clock), length = shownLabel == null ? 0 : Player.Ticks(Seconds);
                player.Cut(now);
                player.Cue(now, length, point, new[] { new Share(label, 1.0, style) },
                           timed ? bank.Clip(label, sequence, level) : null);
            }
            Remember();
        }

        void Remember()
        {
            shownLabel = Label;
            shownStyle = Style;
            shownSequence = Sequence;
            shownIntensity = Intensity;
            anew = false;
        }

        void OnDisable()
        {
            for (int i = 0; mesh != null && i < shapes.Count; i++) mesh.SetBlendShapeWeight(shapes[i], 0f);
        }
    }
}
