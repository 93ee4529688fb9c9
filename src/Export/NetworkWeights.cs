using System.Runtime.InteropServices;
using Twitch.Onnx;

namespace Twitch.Export;

/// <summary>Rows of a matrix, row-major.</summary>
internal delegate ReadOnlySpan<float> RowReader(int part);

/// <summary>A graph's weights that come from a state dict.</summary>
internal static class NetworkWeights
{
    extension(Weight)
    {
        /// <summary>A tensor of the state dict as it stands there.</summary>
        public static Weight Stored(SafeTensors weights, string name) =>
            new(name, ElementType.F32, weights.Find(name).Shape, stream => Weight.WriteValues(stream, weights.Read<float>(name)));

        /// <summary>A matrix of the state dict, rows and columns exchanged: PyTorch's [outputs, inputs] as a matrix product wants it.</summary>
        public static Weight Transposed(SafeTensors weights, string name)
        {
            long[] shape = weights.Find(name).Shape;
            (int rows, int columns) = ((int)shape[0], (int)shape[1]);
            return new Weight(name, ElementType.F32, [columns, rows], stream => Weight.WriteTransposed(stream, weights.Read<float>(name), rows, columns));
        }

        /// <summary>A matrix of the state dict in eight bits: PyTorch's [outputs, inputs], the inputs cut into blocks of
        /// <see cref="BlockQuantization.BlockSize"/> that have a scale each.</summary>
        /// <param name="name">Name in the graph.</param>
        /// <param name="outputs">Rows.</param>
        /// <param name="inputs">Columns.</param>
        /// <param name="parts">In how many pieces the rows are read and rounded, one after the other.</param>
        /// <param name="read">Gives the rows of a piece when the graph is saved.</param>
        public static QuantizedWeight Quantized(string name, int outputs, int inputs, int parts, RowReader read)
        {
            int blocks = BlockQuantization.BlockCount(inputs);
            return new QuantizedWeight(
                new Weight($"{name}.int8", ElementType.U8, [outputs, blocks, BlockQuantization.BlockSize], stream => Each(rounded => stream.Write(rounded.Codes))),
                new Weight($"{name}.scale", ElementType.F32, [outputs, blocks], stream => Each(rounded => Weight.WriteValues(stream, rounded.Scales))),
                inputs);

            void Each(Action<BlockQuantization> write)
            {
                for (int part = 0; part < parts; part++)
                    write(BlockQuantization.Of(read(part), inputs));
            }
        }

        /// <summary>A matrix of the state dict in eight bits with one scale for each output, inputs and outputs exchanged.</summary>
        /// <param name="name">Name in the graph.</param>
        /// <param name="outputs">Rows.</param>
        /// <param name="inputs">Columns.</param>
        /// <param name="read">Gives the matrix when the graph is saved.</param>
        public static TurnedQuantizedWeight QuantizedTransposed(string name, int outputs, int inputs, Func<float[]> read) => new(
            new Weight($"{name}.int8", ElementType.I8, [inputs, outputs], stream => stream.Write(MemoryMarshal.AsBytes<sbyte>(RowQuantization.Of(read(), inputs).Codes))),
            new Weight($"{name}.scale", ElementType.F32, [outputs], stream => Weight.WriteValues(stream, RowQuantization.Of(read(), inputs).Scales)));
    }
}
