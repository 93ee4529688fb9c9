namespace Twitch.Onnx;

/// <summary>Element types of the values that a graph is written with.</summary>
public enum ElementType
{
    /// <summary>Signed bytes.</summary>
    I8,

    /// <summary>Unsigned bytes.</summary>
    U8,

    /// <summary>32-bit signed integers.</summary>
    I32,

    /// <summary>64-bit signed integers.</summary>
    I64,

    /// <summary>16-bit floating point (IEEE half).</summary>
    F16,

    /// <summary>32-bit floating point.</summary>
    F32,

    /// <summary>64-bit floating point.</summary>
    F64,
}

/// <summary>What the program and the format call element types.</summary>
internal static class ElementTypes
{
    /// <summary>The type as messages spell it: <c>f32</c>.</summary>
    public static string Name(this ElementType type) => type switch
    {
        ElementType.I8 => "i8",
        ElementType.U8 => "u8",
        ElementType.I32 => "i32",
        ElementType.I64 => "i64",
        ElementType.F16 => "f16",
        ElementType.F32 => "f32",
        ElementType.F64 => "f64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The type as ONNX numbers it.</summary>
    public static TensorProto.Types.DataType ToProto(this ElementType type) => type switch
    {
        ElementType.I8 => TensorProto.Types.DataType.Int8,
        ElementType.U8 => TensorProto.Types.DataType.Uint8,
        ElementType.I32 => TensorProto.Types.DataType.Int32,
        ElementType.I64 => TensorProto.Types.DataType.Int64,
        ElementType.F16 => TensorProto.Types.DataType.Float16,
        ElementType.F32 => TensorProto.Types.DataType.Float,
        ElementType.F64 => TensorProto.Types.DataType.Double,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The type of ONNX's number; null if the program has none.</summary>
    public static ElementType? OfProto(TensorProto.Types.DataType type) =>
        Enum.GetValues<ElementType>().Where(candidate => candidate.ToProto() == type).Select(candidate => (ElementType?)candidate).FirstOrDefault();

    /// <summary>Bytes of one element.</summary>
    public static int ByteCount(this ElementType type) => type switch
    {
        ElementType.I8 or ElementType.U8 => 1,
        ElementType.F16 => 2,
        ElementType.I32 or ElementType.F32 => 4,
        _ => 8,
    };
}
