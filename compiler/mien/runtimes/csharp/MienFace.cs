// A face of a compiled bank on a SkinnedMeshRenderer, by the names of its blendshapes.
//
// Put this file and Mien.cs anywhere under Assets, the artifact beside them as default.bytes, this component on the
// renderer, and drag the artifact into Bank. Then set Label and Intensity, or from code:
//
//     GetComponent<MienFace>().Show("joy", 0.5f);
//     GetComponent<MienFace>().Show("anger", 1f, style: "controlled", seconds: 0.4f);

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
        [Range(0f, 1f)] public float Intensity = 0.5f;
        [Range(0f, 1f), Tooltip("How far the mouth belongs to the sound")] public float Speech;
        [Tooltip("The weight of a blendshape that is fully on")] public float Full = 100f;
        [Tooltip("Seconds in which a face becomes another one")] public float Seconds = 0.3f;

        Bank bank;
        SkinnedMeshRenderer mesh;
        float[] face, from, to, lips, composed;
        float since, shownIntensity, shownSpeech;
        string shownLabel, shownStyle;
        readonly List<int> channels = new List<int>(), shapes = new List<int>();

        /// <summary>Ease to another face.</summary>
        public void Show(string label, float intensity, string style = "", float seconds = -1f)
        {
            Label = label;
            Intensity = intensity;
            Style = style;
            if (seconds >= 0f) Seconds = seconds;
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
            face = new float[bank.Channels.Count];
            from = new float[face.Length];
            to = new float[face.Length];
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
            if (Label != shownLabel || Style != shownStyle || Intensity != shownIntensity || Speech != shownSpeech) Change();
            since += Time.deltaTime;
            float t = Seconds > 0f ? Mathf.Clamp01(since / Seconds) : 1f, way = t * t * (3f - 2f * t);
            for (int c = 0; c < face.Length; c++) face[c] = Mathf.Clamp01(from[c] + (to[c] - from[c]) * way);
            if (t >= 1f) to.CopyTo(face, 0);
            float[] seen = face;
            if (lips != null)
            {
                seen = composed ?? (composed = new float[face.Length]);
                bank.Compose(face, lips, seen);
            }
            for (int i = 0; i < shapes.Count; i++) mesh.SetBlendShapeWeight(shapes[i], Full * seen[channels[i]]);
        }

        void Change()
        {
            int label = bank.Label(Label);
            int style = label < 0 || Style == "" ? Mien.Bank.Plain : bank.Style(label, Style);
            if (label < 0 || (Style != "" && style < 0))
            {
                Debug.LogWarning("The bank has no " + Label + (Style == "" ? "" : " in the style " + Style), this);
            }
            else
            {
                face.CopyTo(from, 0);
                bank.Face(label, bank.Point(label, Mathf.Clamp01(Intensity)), to, style, Mathf.Clamp01(Speech));
                since = shownLabel == null ? Seconds : 0f;
            }
            shownLabel = Label;
            shownStyle = Style;
            shownIntensity = Intensity;
            shownSpeech = Speech;
        }

        void OnDisable()
        {
            for (int i = 0; mesh != null && i < shapes.Count; i++) mesh.SetBlendShapeWeight(shapes[i], 0f);
        }
    }
}
