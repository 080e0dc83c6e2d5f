// Evaluate a conformance run's queries in C#: evaluate.exe FOLDER RESULTS LIMIT
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

static class Evaluate
{
    const int Runs = 5;

    static void Main(string[] arguments)
    {
        int limit = int.Parse(arguments[2]);
        foreach (string folder in Directory.GetDirectories(Path.Combine(arguments[0], "queries")))
        {
            OfBank(folder, Path.Combine(arguments[1], Path.GetFileName(folder)), limit > 0 ? limit : int.MaxValue);
        }
    }

    static void OfBank(string from, string to, int limit)
    {
        Func<string, float[]> floats = name => Read<float>(Path.Combine(from, name));
        Func<string, int[]> whole = name => Read<int>(Path.Combine(from, name));
        Mien.Bank bank = Mien.Bank.Load(File.ReadAllBytes(Path.Combine(from, "bank.safetensors")));
        int channels = bank.Channels.Count;
        Directory.CreateDirectory(to);

        int[] labels = whole("face_labels"), styles = whole("face_styles");
        float[] vads = floats("face_vads"), speech = floats("face_speech");
        List<float[]> faces = Rows(labels.Length, limit, channels, (n, face) =>
            bank.Face(labels[n], Vad(vads, n), face, styles[n], speech[n]));
        Save(to, "faces", faces);
        Save(to, "plain", Rows(labels.Length, limit, channels, (n, face) => bank.Face(labels[n], Vad(vads, n), face)));
        double least = double.PositiveInfinity;
        float[] shown = new float[channels], at = new float[3];
        for (int run = 0; run < Runs; run++)
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            for (int n = 0; n < labels.Length; n++)
            {
                Array.Copy(vads, 3 * n, at, 0, 3);
                bank.Face(labels[n], at, shown);
            }
            least = Math.Min(least, watch.Elapsed.TotalMilliseconds * 1e6 / labels.Length);
        }
        File.WriteAllText(Path.Combine(to, "nanoseconds"), least.ToString("F1", CultureInfo.InvariantCulture));

        float[] weights = floats("mixture_weights"), points = floats("mixture_vads"), spoken = floats("mixture_speech");
        Save(to, "mixtures", Rows(spoken.Length, limit, channels, (n, face) =>
            bank.Mixture(Part(weights, n, bank.Labels.Count), Vad(points, n), face, spoken[n])));

        int[] of = whole("intensity_labels");
        double[] values = Read<double>(Path.Combine(from, "intensity_values"));
        Save(to, "intensities", Rows(values.Length, limit, 3, (n, vad) =>
            Array.Copy(bank.Point(of[n], values[n]), vad, 3)));

        float[] visemes = floats("visemes");
        int count = visemes.Length / channels;
        Save(to, "singles", faces.GetRange(0, Math.Min(count, faces.Count)));
        Save(to, "compositions", Rows(Math.Min(count, faces.Count), int.MaxValue, channels, (n, face) =>
            bank.Compose(faces[n], Part(visemes, n, channels), face)));

        int[] timed = whole("time_labels"), sequences = whole("time_sequences"), levels = whole("time_levels");
        double[] times = Read<double>(Path.Combine(from, "times")), holds = Read<double>(Path.Combine(from, "holds"));
        float[] given = floats("time_faces"), head = new float[3], gaze = new float[2];
        float[] gain = new float[channels], offset = new float[channels], made = new float[channels];
        Save(to, "times", Rows(timed.Length, limit, 4 * channels + 5, (n, row) =>
        {
            double? hold = double.IsNaN(holds[n]) ? (double?)null : holds[n];
            Mien.Clip clip = bank.Clip(timed[n], sequences[n], levels[n]);
            clip.Sample(times[n], gain, offset, head, gaze, hold);
            bank.Timed(Part(given, n, channels), gain, offset, made);
            Array.Copy(gain, 0, row, 0, channels);
            Array.Copy(offset, 0, row, channels, channels);
            Array.Copy(head, 0, row, 2 * channels, 3);
            Array.Copy(gaze, 0, row, 2 * channels + 3, 2);
            Array.Copy(made, 0, row, 2 * channels + 5, channels);
            bank.FaceAt(clip, times[n], Vad(vads, n), made, head, gaze, Mien.Bank.Plain, speech[n], hold);
            Array.Copy(made, 0, row, 3 * channels + 5, channels);
        }));
        Save(to, "scores", Scores(bank, from, limit == int.MaxValue ? int.MaxValue : 1));
    }

    /// The plans of a bank, or the first of them, played from the last frame to the first.
    static List<float[]> Scores(Mien.Bank bank, string from, int plans)
    {
        int channels = bank.Channels.Count;
        float[] head = new float[3], still = new float[channels];
        var all = new List<float[]>();
        for (int number = 0; number < plans && File.Exists(Path.Combine(from, number + ".plan")); number++)
        {
            Mien.Player player = Mien.Player.Load(bank, File.ReadAllBytes(Path.Combine(from, number + ".plan")));
            float[] speech = Read<float>(Path.Combine(from, number + ".speech"));
            var rows = new float[player.Frames][];
            for (int frame = rows.Length - 1; frame >= 0; frame--)
            {
                rows[frame] = new float[channels + 3];
                player.Face(1000L * frame, speech[frame], rows[frame], head);
                bank.Compose(rows[frame], still, rows[frame]);
                head.CopyTo(rows[frame], channels);
            }
            all.AddRange(rows);
        }
        return all;
    }

    static float[] Vad(float[] vads, int row) => Part(vads, row, 3);

    static float[] Part(float[] numbers, int row, int width)
    {
        var part = new float[width];
        Array.Copy(numbers, row * width, part, 0, width);
        return part;
    }

    static List<float[]> Rows(int count, int limit, int width, Action<int, float[]> fill)
    {
        var rows = new List<float[]>();
        for (int n = 0; n < count && n < limit; n++)
        {
            rows.Add(new float[width]);
            fill(n, rows[n]);
        }
        return rows;
    }

    static T[] Read<T>(string path) where T : struct
    {
        byte[] bytes = File.ReadAllBytes(path);
        var numbers = new T[bytes.Length / Buffer.ByteLength(new T[1])];
        Buffer.BlockCopy(bytes, 0, numbers, 0, bytes.Length);
        return numbers;
    }

    static void Save(string folder, string name, List<float[]> rows)
    {
        using (FileStream file = File.Create(Path.Combine(folder, name)))
        {
            foreach (float[] row in rows)
            {
                var bytes = new byte[4 * row.Length];
                Buffer.BlockCopy(row, 0, bytes, 0, bytes.Length);
                file.Write(bytes, 0, bytes.Length);
            }
        }
    }
}
