// As much of Unity as MienFace.cs uses, and a mesh that it drives: prints the weights that the mesh got.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

namespace UnityEngine
{
    public class Object { public string name = "face"; }
    public class MonoBehaviour : Object
    {
        public bool enabled = true;
        public SkinnedMeshRenderer renderer;
        public T GetComponent<T>() where T : class => renderer as T;
    }
    public class TextAsset : Object { public byte[] bytes; }
    public class Mesh : Object
    {
        public List<string> names = new List<string>();
        public int blendShapeCount => names.Count;
        public string GetBlendShapeName(int at) => names[at];
    }
    public class SkinnedMeshRenderer : Object
    {
        public Mesh sharedMesh = new Mesh();
        public SortedDictionary<string, float> weights = new SortedDictionary<string, float>(StringComparer.Ordinal);
        public void SetBlendShapeWeight(int at, float weight) => weights[sharedMesh.names[at]] = weight;
    }
    public static class Time { public static float deltaTime = 1f; }
    public static class Mathf { public static float Clamp01(float x) => Math.Max(0f, Math.Min(1f, x)); }
    public static class Debug
    {
        public static void LogError(string text, Object about) => Console.WriteLine("error: " + text);
        public static void LogWarning(string text, Object about) => Console.WriteLine("warning: " + text);
    }
    public sealed class TooltipAttribute : Attribute { public TooltipAttribute(string text) { } }
    public sealed class RangeAttribute : Attribute { public RangeAttribute(float low, float high) { } }
    public sealed class RequireComponentAttribute : Attribute { public RequireComponentAttribute(Type type) { } }
}

static class Play
{
    static void Main(string[] arguments)
    {
        var mesh = new UnityEngine.SkinnedMeshRenderer();
        mesh.sharedMesh.names.AddRange(new[] { "head.JawOpen", "mouth_smile_L", "mouthSmileRight", "tail" });
        var bank = new UnityEngine.TextAsset { bytes = File.ReadAllBytes(arguments[0]) };
        var face = new Mien.MienFace { renderer = mesh, Bank = bank };
        Call(face, "Start");
        foreach (string label in new[] { "joy", "amusement", "happy" })
        {
            face.Show(label, 0.5f, seconds: 0f);
            Call(face, "LateUpdate");
            Print(mesh);
        }
        Call(face, "OnDisable");
        Print(mesh);
        InTime(arguments[1], File.ReadAllBytes(arguments[2]));
    }

    /// A label that comes, stays and is released; a sequence; a plan.
    static void InTime(string artifact, byte[] plan)
    {
        UnityEngine.Time.deltaTime = 0.25f;
        var mesh = new UnityEngine.SkinnedMeshRenderer();
        mesh.sharedMesh.names.AddRange(new[] { "browDownLeft", "mouthSmileLeft" });
        var bank = new UnityEngine.TextAsset { bytes = File.ReadAllBytes(artifact) };
        var face = new Mien.MienFace { renderer = mesh, Bank = bank, Label = "calm" };
        Call(face, "Start");
        Call(face, "LateUpdate");
        face.Play("glad", seconds: 0f);
        Frames(face, mesh, 3);
        face.Release();
        Frames(face, mesh, 4);
        face.Play("cross", "nowhere");
        Frames(face, mesh, 1);
        face.Play("glad", "laugh", 1f);
        Frames(face, mesh, 3);
        face.Perform(plan);
        Frames(face, mesh, 2);
        face.Show("cross", 1f, seconds: 0.5f);
        Frames(face, mesh, 3);
    }

    static void Frames(Mien.MienFace face, UnityEngine.SkinnedMeshRenderer mesh, int frames)
    {
        for (int frame = 0; frame < frames; frame++)
        {
            Call(face, "LateUpdate");
            foreach (float degrees in face.Head) Console.Write(degrees.ToString("F3") + " ");
            Print(mesh);
        }
    }

    static void Call(object on, string name)
    {
        on.GetType().GetMethod(name, BindingFlags.NonPublic | BindingFlags.Instance).Invoke(on, null);
    }

    static void Print(UnityEngine.SkinnedMeshRenderer mesh)
    {
        foreach (KeyValuePair<string, float> one in mesh.weights) Console.Write(one.Key + " " + one.Value.ToString("r") + " ");
        Console.WriteLine();
    }
}
