namespace Twitch.Onnx;

/// <summary>A matrix in eight bits, as <see cref="QuantizedOperators.MatMulInt8"/> takes it.</summary>
/// <param name="Codes">u8 [outputs, blocks, block size].</param>
/// <param name="Scales">f32 [outputs, blocks].</param>
/// <param name="InputSize">Columns before they were filled up to whole blocks.</param>
public sealed record QuantizedWeight(Weight Codes, Weight Scales, int InputSize);

/// <summary>A matrix in eight bits, as <see cref="QuantizedOperators.MatMulInt8Rows"/> takes it.</summary>
/// <param name="Codes">i8 [inputs, outputs].</param>
/// <param name="Scales">f32 [outputs].</param>
public sealed record TurnedQuantizedWeight(Weight Codes, Weight Scales);
