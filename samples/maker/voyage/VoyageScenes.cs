namespace Maker.Voyage;

/// <summary>Paints the sea. The light, the clouds, islands, buoys and a sailing boat mean nothing; what comes into view is large, in any colour and place.</summary>
internal sealed class VoyageScenes(VoyagePlan plan, Canvas canvas)
{
    private const int Horizon = 62;

    private static readonly Colour Dark = new(30, 28, 34), Bone = new(238, 236, 226);
    private readonly Random _light = new(0);

    /// <summary>Paints the picture at a moment.</summary>
    public void Paint(double time)
    {
        var light = new Random((int)(time / 31) * 7919 + 5);
        int shade = light.Next(-70, 40), red = light.Next(-30, 50);
        canvas.Box(0, 0, canvas.Width, Horizon, new Colour(120, 170, 215).Shifted(shade + red, shade, shade));
        canvas.Box(0, Horizon, canvas.Width, canvas.Height - Horizon, new Colour(30, 80, 130).Shifted(shade / 2 + red / 3, shade / 2, shade / 2));
        Surroundings(time);
        foreach (Passage<View> view in plan.Views)
        {
            if (time >= view.Start && time < view.End)
                Show(view, time - view.Start, (view.End - view.Start) / 2 - Math.Abs(time - (view.Start + view.End) / 2));
        }
        Waves(time);
    }

    // Seconds since it came, and to the nearer end of its stay.
    private void Show(Passage<View> view, double age, double edge)
    {
        var look = new Random(view.Look);
        double size = (0.8 + 0.5 * look.NextDouble()) * Math.Clamp(edge / 0.5, 0.3, 1), x = 60 + 130 * look.NextDouble(), y = Horizon + 14 * look.NextDouble();
        Colour paint = new(look.Next(40, 230), look.Next(40, 230), look.Next(40, 230));
        switch (view.What)
        {
            case View.Whale:
                canvas.Oval(x, y + 20, 46 * size, 17 * size, new(60, 66, 82));
                canvas.Spike(x + 48 * size, y + 22, 30 * size, 26 * size, new(60, 66, 82));
                canvas.Box(x - 32 * size, y + 12, 4, 4, Bone);
                if ((int)(age * 1.5) % 2 == 0)
                {
                    canvas.Box(x - 20 * size, y - 24 * size, 4, 26 * size, Bone);
                    canvas.Oval(x - 18 * size, y - 26 * size, 13 * size, 5 * size, Bone);
                }
                break;
            case View.Balloon:
                canvas.Oval(x, 28, 24 * size, 26 * size, paint);
                canvas.Oval(x, 28, 9 * size, 26 * size, Bone);
                canvas.Box(x - 6, 28 + 32 * size, 12, 8, new(120, 80, 40));
                break;
            case View.Iceberg:
                canvas.Spike(x, y + 30, 96 * size, 66 * size, new(225, 240, 250));
                canvas.Spike(x + 24 * size, y + 30, 56 * size, 42 * size, new(190, 222, 240));
                canvas.Spike(x - 30 * size, y + 30, 40 * size, 30 * size, new(205, 230, 245));
                break;
            case View.Dolphins:
                for (int dolphin = 0; dolphin < 3; dolphin++)
                {
                    double way = age * 26 - dolphin * 30, up = 30 * Math.Abs(Math.Sin(age * 2.2 + dolphin));
                    canvas.Oval(x - 70 + way, y + 34 - up, 16 * size, 6 * size, new(110, 130, 150));
                    canvas.Spike(x - 70 + way, y + 30 - up, 9 * size, 9 * size, new(90, 108, 128));
                }
                break;
            case View.Kraken:
                for (int arm = 0; arm < 5; arm++)
                {
                    for (int joint = 0; joint < 14; joint++)
                        canvas.Disc(x - 56 * size + 28 * size * arm + 9 * Math.Sin(joint * 0.5 + age * 2 + arm), y + 40 - 6 * joint * size, (8 - joint * 0.45) * size, paint.Shifted(0, -60, 20));
                }
                canvas.Oval(x, y + 40, 40 * size, 16 * size, paint.Shifted(0, -60, 20));
                break;
            case View.Rainbow:
                Colour[] bands = [new(230, 60, 60), new(240, 150, 50), new(245, 225, 70), new(70, 190, 90), new(60, 110, 220), new(130, 70, 180)];
                for (double angle = 0; angle < Math.PI; angle += 0.01)
                {
                    for (int band = 0; band < bands.Length; band++)
                        canvas.Box(x + (92 - 4 * band) * size * Math.Cos(angle), Horizon + 4 - (66 - 4 * band) * Math.Min(1, size) * Math.Sin(angle), 4, 4, bands[band]);
                }
                break;
            case View.Pirates:
                Ship(x, y, size);
                canvas.Box(x - 26 * size, y - 44 * size, 52 * size, 34 * size, Dark);
                canvas.Disc(x, y - 32 * size, 8 * size, Bone);
                canvas.Box(x - 14 * size, y - 18 * size, 28 * size, 3, Bone);
                break;
            case View.Lighthouse:
                canvas.Oval(x, y + 22, 48 * size, 12 * size, new(96, 88, 80));
                for (int stripe = 0; stripe < 5; stripe++)
                    canvas.Box(x - 9 * size, y + 14 - 14 * size * (stripe + 1), 18 * size, 14 * size, stripe % 2 == 0 ? Bone : paint);
                canvas.Box(x - 7 * size, y + 6 - 80 * size, 14 * size, 10 * size, (int)(age * 2) % 2 == 0 ? new(255, 245, 140) : Dark);
                break;
        }
    }

    private void Ship(double x, double y, double size)
    {
        for (int row = 0; row < 16 * size; row++)
            canvas.Box(x - 42 * size + row, y + 8 + row, 84 * size - 2 * row, 1, new(100, 62, 34));
        canvas.Box(x - 2, y - 52 * size, 4, 62 * size, new(84, 54, 30));
    }

    private void Surroundings(double time)
    {
        for (int cloud = 0; cloud < 4; cloud++)
        {
            var form = new Random((int)(time / 53) * 97 + cloud);
            double x = (form.Next(300) + time * (1 + cloud * 0.5)) % 320 - 30;
            canvas.Oval(x, 8 + form.Next(28), 14 + form.Next(18), 4 + form.Next(6), new(235, 235, 240));
        }
        var place = new Random((int)(time / 19) * 131 + 7);
        canvas.Oval(place.Next(256), Horizon, 20 + place.Next(30), 5 + place.Next(5), new(60, 90 + place.Next(60), 60));
        canvas.Disc(place.Next(256), Horizon + 20 + place.Next(50), 3, new(place.Next(120, 250), place.Next(60, 200), 40));
        double boat = (time * 3 + 40 * Math.Sin(time / 30)) % 300 - 20;
        canvas.Spike(boat, Horizon + 8, 14, 16, new(place.Next(120, 250), place.Next(120, 250), place.Next(120, 250)));
        canvas.Box(boat - 8, Horizon + 8, 16, 3, new(90, 60, 40));
    }

    private void Waves(double time)
    {
        for (int wave = 0; wave < 26; wave++)
        {
            double x = (wave * 37 + time * (4 + wave % 3)) % 280 - 12, y = Horizon + 8 + wave * 3 + 2 * Math.Sin(time + wave);
            canvas.Box(x, y, 10, 1, new(150 + _light.Next(40), 180, 205));
        }
    }
}
