namespace Twitch.Runtime.Tests;

public class NewRowsTests
{
    [Fact]
    public void A_row_finds_what_it_began_with_however_rows_began_and_moved_before_the_step()
    {
        const int Capacity = 5;
        var random = new Random(1);
        for (int trial = 0; trial < 200; trial++)
        {
            var rows = new NewRows(Capacity);
            string?[] before = [.. Enumerable.Range(0, Capacity).Select(row => $"before {row}")], expected = [.. before];
            var places = new string?[Capacity];
            rows.Stepped();

            for (int i = 0; i < 20; i++)
            {
                (int row, int other) = (random.Next(Capacity), random.Next(Capacity));
                switch (random.Next(3))
                {
                    case 0:
                        places[rows.Begin(row)] = expected[row] = $"new {i}";
                        break;
                    case 1:
                        rows.Move(other, row);
                        expected[row] = expected[other];
                        break;
                    default:
                        rows.Select([row, other]);
                        (expected[0], expected[1]) = (expected[row], expected[other]);
                        break;
                }
            }

            Assert.Equal(expected, rows.Sources.Select(source => source < Capacity ? before[source] : places[source - Capacity]));
            Assert.All(rows.Sources, source => Assert.InRange(source, 0, Capacity + rows.PlaceCount - 1));
        }
    }

    [Fact]
    public void Only_the_places_of_new_rows_are_given_to_a_step()
    {
        var rows = new NewRows(1024);
        rows.Stepped();

        Assert.Equal(0, rows.Begin(1000));
        Assert.Equal(1, rows.Begin(3));
        Assert.Equal(2, rows.PlaceCount);
        rows.Stepped();
        Assert.Equal(1, rows.PlaceCount);
        Assert.Equal(Enumerable.Range(0, 1024).Select(row => (long)row), rows.Sources);
    }
}
