using CsCheck;

namespace Twitch.Runtime.Tests;

public class TailTests
{
    [Fact]
    public void Rows_keep_their_numbers_while_old_ones_are_dropped()
    {
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 60]).Array[1, 40].Sample(steps =>
        {
            var tail = new Tail<int>(rowSize: 2);
            tail.Restart(100);
            int next = 100, first = 100;
            foreach ((int added, int drop) in steps)
            {
                tail.Append([.. Enumerable.Range(next, added).SelectMany(row => (int[])[row, -row])]);
                next += added;
                tail.DropBefore(first + drop);
                first = Math.Min(first + drop, next);

                Assert.Equal(first, tail.First);
                Assert.Equal(next, tail.Next);
                Assert.Equal(Enumerable.Range(first, next - first).SelectMany(row => (int[])[row, -row]), tail.Rows(first, next - first).ToArray());
            }
        }, iter: 200, seed: "0000KOIPRSj3");
    }
}
