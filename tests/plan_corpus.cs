// What the player in C# makes of plans: plan_corpus.exe BANK FOLDER, a line for each file.
using System;
using System.IO;
using System.Security.Cryptography;

static class PlanCorpus
{
    static void Main(string[] arguments)
    {
        Mien.Bank bank = Mien.Bank.Load(File.ReadAllBytes(arguments[0]));
        byte[] all = File.ReadAllBytes(Path.Combine(arguments[1], "corpus.bin"));
        int at = 0;
        foreach (string size in File.ReadAllLines(Path.Combine(arguments[1], "sizes.txt")))
        {
            var data = new byte[int.Parse(size)];
            Array.Copy(all, at, data, 0, data.Length);
            at += data.Length;
            Console.WriteLine(Verdict(bank, data));
        }
        Live(bank);
    }

    static string Verdict(Mien.Bank bank, byte[] data)
    {
        Mien.Player player;
        try
        {
            player = Mien.Player.Load(bank, data);
        }
        catch (Mien.Refusal refusal)
        {
            return refusal.Code;
        }
        var bytes = new MemoryStream();
        float[] face = new float[bank.Channels.Count], head = new float[3];
        for (long frame = 0; frame < Math.Min(200, player.Frames); frame++)
        {
            player.Face(1000 * frame, 0.25f, face, head);
            foreach (float weight in face) bytes.Write(BitConverter.GetBytes(weight), 0, 4);
            foreach (float weight in head) bytes.Write(BitConverter.GetBytes(weight), 0, 4);
        }
        using (SHA256 sha = SHA256.Create())
        {
            return BitConverter.ToString(sha.ComputeHash(bytes.ToArray())).Replace("-", "").ToLowerInvariant();
        }
    }

    /// Cues that are forgotten on the way change nothing, and what is wrong is refused.
    static void Live(Mien.Bank bank)
    {
        var player = new Mien.Player(bank);
        float[] face = new float[bank.Channels.Count], other = new float[face.Length];
        var shares = new[] { new Mien.Share(0, 0.5), new Mien.Share(1, 0.25) };
        for (int n = 0; n < 100; n++) player.Cue(10000 * n, 9000, new double[3], n % 3 == 0 ? new Mien.Share[0] : shares);
        player.Face(995000, 0f, face);
        var fresh = new Mien.Player(bank);
        for (int n = 98; n < 100; n++) fresh.Cue(10000 * n, 9000, new double[3], n % 3 == 0 ? new Mien.Share[0] : shares);
        fresh.Face(995000, 0f, other);
        Console.WriteLine(BitConverter.ToString(Bytes(face)) == BitConverter.ToString(Bytes(other)));
        foreach (Action call in new Action[]
        {
            () => player.Cue(0, 1, new double[3], shares),
            () => player.Cue(2000000, -1, new double[3], shares),
            () => player.Cue(2000000, 1, new double[] { 0, 2, 0 }, shares),
            () => player.Cue(2000000, 1, new double[3], new[] { new Mien.Share(0, 0.7), new Mien.Share(1, 0.7) }),
            () => player.Cue(2000000, 1, new double[3], new[] { new Mien.Share(99) }),
            () => player.Face(-1, 0f, face),
            () => player.Face(0, float.NaN, face),
        })
        {
            try
            {
                call();
                Console.WriteLine("taken");
            }
            catch (ArgumentException)
            {
            }
        }
    }

    static byte[] Bytes(float[] numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        Buffer.BlockCopy(numbers, 0, bytes, 0, bytes.Length);
        return bytes;
    }
}
