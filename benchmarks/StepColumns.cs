using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Twitch.Benchmarks;

/// <summary>The columns of <see cref="DecodeBenchmarks"/>.</summary>
public sealed class StepColumns : ManualConfig
{
    public StepColumns()
    {
        HideColumns(Column.Error, Column.StdDev, Column.Ratio, Column.RatioSD, Column.AllocRatio, Column.Gen0, Column.Allocated);
        AddColumn(
            new StepColumn("Tokens/s", "Rows over the median time of a step", (row, rows, _, _, _) => Text(rows / row * 1e9, "N0")),
            new StepColumn("x by hand", "Against TorchSharp with its cell written out, in the same run", (row, _, other, _, _) => Text(other(nameof(DecodeBenchmarks.ByHand)) / row, "0.0")),
            new StepColumn("Bytes/token", "Managed memory that a token allocates, the beginning of its comment included", (_, rows, _, report, measured) => Text((double?)report.GcStats.GetBytesAllocatedPerOperation(measured) / rows, "0.0")),
            new StepColumn("Of limit", "Against the slower of the two limits", (row, _, other, _, _) => Text(Math.Max(other(nameof(DecodeBenchmarks.ReadLimit)) ?? 0, other(nameof(DecodeBenchmarks.ArithmeticLimit)) ?? 0) / row, "0.00")));
    }

    private static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "?";

    // Times are nanoseconds of a step; another row's is of the same parameters.
    private sealed class StepColumn(string name, string legend, Func<double, int, Func<string, double?>, BenchmarkReport, BenchmarkCase, string> value) : IColumn
    {
        public string Id => name;

        public string ColumnName => name;

        public string Legend => legend;

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
        {
            return Mean(benchmarkCase) is double mean ? value(mean, (int)benchmarkCase.Parameters[nameof(DecodeBenchmarks.Rows)], Other, summary[benchmarkCase]!, benchmarkCase) : "?";

            double? Mean(BenchmarkCase? measured) => measured is null ? null : summary[measured]?.ResultStatistics?.Median;

            double? Other(string method) => Mean(summary.BenchmarksCases.FirstOrDefault(other =>
                other.Descriptor.WorkloadMethod.Name == method && other.Parameters.ValueInfo == benchmarkCase.Parameters.ValueInfo));
        }
    }
}
