// What the reader in C# makes of the files of a corpus: artifact_corpus.exe FOLDER VADS, a line for each file.
using System;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;

static class ArtifactCorpus
{
    static readonly float[] Visemes = { 0f, 0.25f, 1f, 0.03125f, 0.75f };
    static readonly double[] Times = { -1, 0, 16.0 + 2.0 / 3.0, 333.25, 700, 811, 1499.9, 2400, 12345.678 };
    static readonly float[][] Vads = new float[8][];

    static void Main(string[] arguments)
    {
        for (int i = 0; i < 24; i++)
        {
            Vads[i / 3] = Vads[i / 3] ?? new float[3];
            Vads[i / 3][i % 3] = (float)double.Parse(arguments[1 + i], CultureInfo.InvariantCulture);
        }
        byte[] all = File.ReadAllBytes(Path.Combine(arguments[0], "corpus.bin"));
        int at = 0;
        foreach (string size in File.ReadAllLines(Path.Combine(arguments[0], "sizes.txt")))
        {
            var data = new byte[int.Parse(size)];
            Array.Copy(all, at, data, 0, data.Length);
            at += data.Length;
            Console.WriteLine(Verdict(data));
        }
    }

    static string Verdict(byte[] data)
    {
        Mien.Bank bank;
        try
        {
            bank = Mien.Bank.Load(data);
        }
        catch (Mien.Refusal refusal)
        {
            return refusal.Code;
        }
        var bytes = new MemoryStream();
        bool outside = false;
        var face = new float[bank.Channels.Count];
        Action add = () =>
        {
            foreach (float weight in face)
            {
                outside |= !(weight >= 0f && weight <= 1f);
                bytes.Write(BitConverter.GetBytes(weight), 0, 4);
            }
        };
        var visemes = new float[face.Length];
        for (int c = 0; c < visemes.Length; c++) visemes[c] = Visemes[c % 5];
        for (int label = 0; label < Math.Min(5, bank.Labels.Count); label++)
        {
            foreach (double intensity in new[] { 0.0, 0.5, 0.75, 1.0 })
            {
                bank.Face(label, bank.Point(label, intensity), face);
                add();
            }
            foreach (float[] vad in Vads)
            {
                bank.Face(label, vad, face);
                add();
            }
            if (bank.Styles(label).Count > 0)
            {
                bank.Face(label, Vads[3], face, 0, 0.5f);
                add();
            }
            bank.Face(label, Vads[4], face, Mien.Bank.Plain, 1f);
            bank.Compose(face, visemes, face);
            add();
            for (int sequence = -1; bank.Timing(label) != null && sequence < bank.Sequences(label).Count; sequence++)
            {
                Mien.Clip clip = bank.Clip(label, sequence < 0 ? Mien.Bank.Dynamics : sequence, bank.Intensities.Count - 1);
                foreach (double? hold in new double?[] { null, 250.5 })
                {
                    foreach (double time in Times)
                    {
                        bank.FaceAt(clip, time, Vads[6], face, new float[3], new float[2], hold: hold);
                        add();
                    }
                }
            }
        }
        if (bank.Labels.Count > 1)
        {
            var weights = new float[bank.Labels.Count];
            weights[0] = 0.25f;
            weights[1] = 0.75f;
            bank.Mixture(weights, Vads[5], face, 0.25f);
            add();
        }
        using (SHA256 sha = SHA256.Create())
        {
            string hex = BitConverter.ToString(sha.ComputeHash(bytes.ToArray())).Replace("-", "").ToLowerInvariant();
            return outside ? "outside" : hex;
        }
    }
}
