namespace Twitch.Onnx;

/// <summary>Nodes of an older version of ONNX's operators, spelt as a newer version wants them.</summary>
/// <remarks>What changed between two versions is said by the operators' change log: onnx/onnx, docs/Changelog.md.</remarks>
internal static class OpsetUpgrade
{
    private static readonly string[] s_reductions = ["ReduceMax", "ReduceMin", "ReduceMean", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"];

    /// <summary>Upgrades a node where it stands.</summary>
    /// <param name="node">Changed.</param>
    /// <param name="from">The version that it speaks.</param>
    /// <param name="to">The version that it has to speak, not older.</param>
    /// <param name="constant">Adds a constant to the graph and gives its name.</param>
    /// <param name="rankOf">The rank of a value, null if that is not known.</param>
    /// <exception cref="InvalidDataException">The node means something that the newer version cannot say in one node.</exception>
    public static void Upgrade(NodeProto node, long from, long to, Func<TensorProto, string> constant, Func<string, int?> rankOf)
    {
        foreach (NodeProto inner in node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => attribute.G.Node))
            Upgrade(inner, from, to, constant, _ => null);    // a body may read constants of the graph around it
        if (node.Domain.Length > 0)
            return;
        if (node.OpType == "BatchNormalization" && from < 9 && to >= 9)
            Remove(node, "spatial");
        if (node.OpType == "Dropout" && from < 12 && to >= 12)    // at inference it changes nothing
            Remove(node, "ratio");
        if (node.OpType == "Slice" && from < 10 && to >= 10)
            ToInputs(node, constant, "starts", "ends", "axes");
        if (node.OpType == "TopK" && from < 10 && to >= 10)
            ToInputs(node, constant, "k");
        if (node.OpType is "Clip" && from < 11 && to >= 11)
            ToInputs(node, constant, "min", "max");
        if (node.OpType is "Pad" && from < 11 && to >= 11)
            ToInputs(node, constant, "pads", "value");
        if (node.OpType is "Upsample" or "Resize" && from < 11 && to >= 11)
            ToResize(node, constant);
        if (node.OpType is "Softmax" or "LogSoftmax" or "Hardmax" && from < 13 && to >= 13)
            KeepSoftmax(node, rankOf(node.Input[0]));
        if (node.OpType is "Squeeze" or "Unsqueeze" or "ReduceSum" && from < 13 && to >= 13)
            ToInputs(node, constant, "axes");
        if (node.OpType == "Split" && from < 13 && to >= 13)
            ToInputs(node, constant, "split");
        if (s_reductions.Contains(node.OpType) && from < 18 && to >= 18)
            ToInputs(node, constant, "axes");
        if (node.OpType == "Split" && from < 18 && to >= 18 && (node.Input.Count < 2 || node.Input[1].Length == 0))
            node.Attribute.Add(Attribute.Int("num_outputs", node.Output.Count));
    }

    private static void ToInputs(NodeProto node, Func<TensorProto, string> constant, params string[] names)
    {
        for (int i = 0; i < names.Length; i++)
        {
            if (Remove(node, names[i]) is not { } attribute)
                continue;
            while (node.Input.Count <= i + 1)
                node.Input.Add("");
            node.Input[i + 1] = constant(attribute.Type == AttributeProto.Types.AttributeType.Float
                ? TensorContent.Of<float>("", TensorProto.Types.DataType.Float, [attribute.F])
                : TensorContent.Of("", attribute.Type == AttributeProto.Types.AttributeType.Int ? [attribute.I] : [.. attribute.Ints]));
        }
    }

    // Upsample, and Resize of version 10, copy the element at floor(place / scale).
    private static void ToResize(NodeProto node, Func<TensorProto, string> constant)
    {
        if (Remove(node, "scales") is { } scales)
            node.Input.Add(constant(TensorContent.Of<float>("", TensorProto.Types.DataType.Float, [.. scales.Floats], scales.Floats.Count)));
        node.OpType = "Resize";
        node.Input.Insert(1, "");    // no region of interest
        node.Attribute.Add(Attribute.Text("coordinate_transformation_mode", "asymmetric"));
        node.Attribute.Add(Attribute.Text("nearest_mode", "floor"));
    }

    // Before version 13 all dimensions from the axis on were one; since then it is the axis alone.
    private static void KeepSoftmax(NodeProto node, int? rank)
    {
        long axis = Remove(node, "axis")?.I ?? 1;
        if (axis != -1 && rank != axis + 1)
            throw new InvalidDataException($"{node.OpType} '{node.Name}' sums over several dimensions, as before version 13 of ONNX's operators; export the network again in version 13 or later, or take an output before it.");
        node.Attribute.Add(Attribute.Int("axis", -1));
    }

    private static AttributeProto? Remove(NodeProto node, string name)
    {
        AttributeProto? attribute = node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
        if (attribute is not null)
            node.Attribute.Remove(attribute);
        return attribute;
    }
}
