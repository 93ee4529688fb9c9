using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Copies a 64-bit little-endian ELF library and marks its requirement of one symbol version as weak.</summary>
/// <remarks>System V ABI, "Symbol versioning": section .gnu.version_r holds Verneed records, each with a chain of Vernaux.</remarks>
public sealed class WeakenSymbolVersion : Task
{
    private const int ShtGnuVerneed = 0x6FFFFFFE;
    private const int VerFlgWeak = 2;

    [Required] public string Source { get; set; } = "";
    [Required] public string Destination { get; set; } = "";
    [Required] public string Version { get; set; } = "";

    public override bool Execute()
    {
        byte[] elf = File.ReadAllBytes(Source);
        long sections = BitConverter.ToInt64(elf, 0x28);
        int size = BitConverter.ToUInt16(elf, 0x3A), count = BitConverter.ToUInt16(elf, 0x3C), marked = 0;
        for (int i = 0; i < count; i++)
        {
            int section = (int)(sections + (long)i * size);
            if (BitConverter.ToInt32(elf, section + 4) != ShtGnuVerneed)
                continue;

            int strings = (int)BitConverter.ToInt64(elf, (int)sections + BitConverter.ToInt32(elf, section + 40) * size + 24);
            int need = (int)BitConverter.ToInt64(elf, section + 24), next;
            do
            {
                int auxCount = BitConverter.ToUInt16(elf, need + 2), aux = need + BitConverter.ToInt32(elf, need + 8);
                for (int k = 0; k < auxCount; k++, aux += BitConverter.ToInt32(elf, aux + 12))
                {
                    int name = strings + BitConverter.ToInt32(elf, aux + 8), end = Array.IndexOf(elf, (byte)0, name);
                    if (Encoding.ASCII.GetString(elf, name, end - name) != Version)
                        continue;
                    elf[aux + 4] |= VerFlgWeak;
                    marked++;
                }
                next = BitConverter.ToInt32(elf, need + 12);
                need += next;
            } while (next != 0);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Destination)!);
        File.Delete(Destination); // never write through a hard link
        File.WriteAllBytes(Destination, elf);
        Log.LogMessage(MessageImportance.Normal, "{0}: {1} requirement(s) on {2} made weak", Destination, marked, Version);
        return true;
    }
}
