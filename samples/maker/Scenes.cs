namespace Maker;

/// <summary>Paints the stream second by second: the game, its display, and the streamer's camera in a corner.</summary>
internal sealed class Scenes(Plan plan, Canvas canvas)
{
    private const int Ground = 136;

    private static readonly string[] Standing =
        ["..hhhh..", ".hhhhhh.", "..sssk..", ".ssssss.", "..bbbb..", ".sbbbbs.", "..bbbb..", "..b..b..", ".kk..kk."];

    private static readonly string[] Striding =
        ["..hhhh..", ".hhhhhh.", "..sssk..", ".ssssss.", ".sbbbb..", "..bbbbs.", "..bbbb..", ".b....b.", "kk....kk"];

    private static readonly Dictionary<char, Colour> Clothes = new()
    {
        ['h'] = new(30, 140, 110), ['s'] = new(240, 190, 150), ['k'] = new(40, 25, 20), ['b'] = new(235, 180, 40),
    };

    private static readonly Colour White = new(250, 250, 250), Black = new(10, 10, 14), Gold = new(250, 205, 40);

    // What one stretch has for itself.
    private readonly record struct Look(Colour Tint, bool Night, double Speed, double Phase, bool Mirrored)
    {
        public static Look Of(int seed)
        {
            var random = new Random(seed);
            return new(new(random.Next(-14, 15), random.Next(-14, 15), random.Next(-14, 15)), random.Next(3) == 0,
                30 + 20 * random.NextDouble(), 300 * random.NextDouble(), random.Next(2) == 0);
        }
    }

    /// <summary>Paints the picture at a moment.</summary>
    public void Paint(double time)
    {
        Stretch<Seen> stretch = plan.Pictures.First(s => s.Holds(time));
        var look = Look.Of(stretch.Look);
        double age = time - stretch.Start;
        switch (stretch.What)
        {
            case Seen.Grass: Grass(look, age); break;
            case Seen.Snow: Snow(look, age); break;
            case Seen.Lava: Lava(look, age); break;
            case Seen.Ocean: Ocean(look, age); break;
            case Seen.Boss: Boss(look, age); break;
            case Seen.Win: Win(look, age); break;
            case Seen.GameOver: GameOver(look, age); break;
        }
        if (stretch.What < Seen.Win)
            Display(time);
        Camera(time);
    }

    private void Grass(Look look, double age)
    {
        Back(look.Night ? new(24, 28, 70) : new(110, 190, 245), look);
        canvas.Disc(look.Mirrored ? 70 : 240, 40, 16, look.Night ? new(230, 230, 200) : new(255, 235, 90));
        foreach (double x in Scrolled(140, look, age, 0.25))
            canvas.Oval(x, 46, 26, 9, look.Night ? new(60, 64, 100) : White);
        foreach (double x in Scrolled(110, look, age, 0.5))
            canvas.Oval(x, Ground + 6, 62, 46, look.Night ? new(20, 80, 50) : new(90, 190, 80));
        Floor(look.Night ? new(26, 96, 40) : new(60, 165, 50), new(120, 80, 45), look);
        foreach (double x in Scrolled(95, look, age, 1))
            canvas.Box(x, Ground - 16, 16, 16, new(150, 100, 50));
        foreach (double x in Scrolled(47, look, age, 1))
            canvas.Disc(x + 30, Ground - 40, 4, Gold);
        Hero(90, Ground - 18 - Hop(age), age);
    }

    private void Snow(Look look, double age)
    {
        Back(look.Night ? new(120, 135, 175) : new(205, 222, 238), look);
        foreach (double x in Scrolled(120, look, age, 0.3))
        {
            canvas.Spike(x, Ground, 130, 80, new(165, 180, 205));
            canvas.Spike(x, Ground - 50, 49, 30, White);
        }
        Floor(White, new(225, 235, 245), look);
        foreach (double x in Scrolled(80, look, age, 1))
        {
            canvas.Box(x - 3, Ground - 10, 6, 12, new(90, 60, 40));
            canvas.Spike(x, Ground - 8, 30, 34, new(50, 110, 95));
            canvas.Spike(x, Ground - 30, 13, 13, White);
        }
        for (int i = 0; i < 40; i++)
            canvas.Box(Wrap(i * 73 + look.Phase - 20 * age, 320), Wrap(i * 47 + 40 * age, 180), 2, 2, White);
        Hero(90, Ground - 18 - Hop(age), age);
    }

    private void Lava(Look look, double age)
    {
        Back(new(66, 16, 14), look);
        foreach (double x in Scrolled(60, look, age, 0.5))
            canvas.Spike(x, 0, 44, -46, new(36, 8, 10));
        canvas.Box(look.Mirrored ? 40 : 210, 0, 26, 120, new(255, 120, 20));
        for (int x = 0; x < 320; x += 4)
        {
            double top = 112 + 4 * Math.Sin((x + look.Phase) / 14 + 2 * age);
            canvas.Box(x, top, 4, 80, new(245, 90, 10));
            canvas.Box(x, top, 4, 4, new(255, 210, 60));
        }
        for (int i = 0; i < 6; i++)
            canvas.Disc(Wrap(i * 57 + look.Phase, 320), 175 - Wrap(i * 23 + 18 * age, 56), 4, new(255, 190, 40));
        foreach (double x in Scrolled(130, look, age, 1))
            canvas.Box(x, 104, 90, 9, new(90, 80, 84));
        Hero(100, 86 - Hop(age), age);
    }

    private void Ocean(Look look, double age)
    {
        for (int band = 0; band < 6; band++)
            canvas.Box(0, band * 30, 320, 30, new(5 + look.Tint.Red / 2, 130 - 16 * band + look.Tint.Green, 225 - 18 * band + look.Tint.Blue));
        canvas.Box(0, 164, 320, 16, new(190, 170, 110));
        foreach (double x in Scrolled(54, look, age, 0.6))
            canvas.Box(x + 4 * Math.Sin(age * 2 + x / 20), 118, 7, 48, new(20, 130, 90));
        for (int i = 0; i < 5; i++)
        {
            double x = 340 - Wrap(i * 83 + look.Phase + (24 + 7 * i) * age, 370), y = 40 + i * 24;
            Colour scales = i % 2 == 0 ? new(250, 150, 40) : new(240, 230, 80);
            canvas.Oval(x, y, 11, 6, scales);
            canvas.Spike(x + 13, y + 6, 8, 12, scales);
            canvas.Box(x - 6, y - 2, 2, 2, Black);
        }
        for (int i = 0; i < 9; i++)
            canvas.Disc(Wrap(i * 41 + look.Phase, 320), 170 - Wrap(i * 37 + 34 * age, 170), 3, new(170, 225, 250));
        Hero(110, 84 + 12 * Math.Sin(age * 1.7), age);
    }

    private void Boss(Look look, double age)
    {
        Back(new(58, 14, 84), look);
        foreach (double x in Scrolled(64, look, 0, 1))
            canvas.Box(x, 20, 14, 120, new(42, 8, 64));
        Floor(new(30, 24, 40), new(22, 18, 30), look);
        double centre = (look.Mirrored ? 110 : 195) + 6 * Math.Sin(age * 1.3), top = 34 + 4 * Math.Sin(age * 2.1), lift = 10 * Math.Sin(age * 3);
        var stone = new Colour(110 + look.Tint.Red, 190 + look.Tint.Green, 50);
        Colour shade = stone.Shifted(-35, -50, -15);
        canvas.Box(centre - 88, top + 44 + lift, 28, 58, shade);
        canvas.Box(centre + 60, top + 44 - lift, 28, 58, shade);
        canvas.Box(centre - 44, top, 88, 46, stone);
        canvas.Box(centre - 62, top + 42, 124, 62, stone);
        foreach ((int x, int y, int size) in new[] { (-54, 52, 16), (20, 82, 22), (34, 50, 12), (-30, 88, 14), (-38, 4, 12) })
            canvas.Box(centre + x, top + y, size, size - 4, shade);
        canvas.Box(centre - 34, top + 12, 68, 22, Black);
        canvas.Box(centre - 10 + 18 * Math.Sin(age), top + 14, 20, 18, new(255, 40, 40));
        for (int horn = -1; horn <= 1; horn++)
            canvas.Spike(centre + 28 * horn, top, 20, 14, shade);

        double hero = look.Mirrored ? 214 : 40, flight = Wrap(age, 1.6) / 1.6;
        canvas.Disc(centre + (hero - centre) * flight, top + 70 + 30 * flight, 7, new(255, 140, 30));
        Hero(hero, Ground - 18 - Hop(age), age);
        canvas.Box(60, 20, 200, 8, Black);
        canvas.Box(61, 21, 198 * (1 - age / 14), 6, new(220, 30, 60));
    }

    private void Win(Look look, double age)
    {
        Back(new(250, 200, 60), look);
        for (int y = 0; y < canvas.Height; y++)
        {
            for (int x = 0; x < canvas.Width; x++)
            {
                if (Wrap(Math.Atan2(y - 80, x - 160) + look.Phase + 0.5 * (int)(age * 2) * 0.35, Math.PI / 5) < Math.PI / 10)
                    canvas.Point(x, y, new Colour(255, 235, 140).Shifted(look.Tint.Red, look.Tint.Green, look.Tint.Blue));
            }
        }
        var cup = new Colour(215, 130, 0);
        canvas.Oval(160, 72, 44, 18, cup.Shifted(-40, -40, 0));
        canvas.Oval(160, 72, 32, 38, cup);
        canvas.Box(120, 34, 80, 20, new Colour(255, 222, 110).Shifted(look.Tint.Red, look.Tint.Green, 0));
        canvas.Box(152, 104, 16, 18, cup);
        canvas.Box(132, 120, 56, 9, cup.Shifted(-60, -40, 0));
        canvas.Text("YOU WIN!", 65, 140, 6, new(30, 120, 40));
        for (int i = 0; i < 24; i++)
            canvas.Box(Wrap(i * 61 + look.Phase, 320), Wrap(i * 29 + 45 * age, 180), 5, 5, i % 3 == 0 ? new(220, 40, 60) : i % 3 == 1 ? new(40, 150, 60) : new(40, 80, 220));
    }

    private void GameOver(Look look, double age)
    {
        Back(new(16, 16, 18), new Look { Tint = new(look.Tint.Red / 3, look.Tint.Green / 3, look.Tint.Blue / 3) });
        double grave = look.Mirrored ? 90 : 160;
        canvas.Disc(grave, 92, 30, new(105, 108, 112));
        canvas.Box(grave - 30, 92, 61, 52, new(105, 108, 112));
        canvas.Text("RIP", grave - 22, 88, 4, new(40, 42, 46));
        canvas.Box(0, 144, 320, 36, new(34, 30, 28));
        canvas.Disc(grave + 60 + 8 * Math.Sin(age), 60 - 5 * age + 6 * Math.Sin(2 * age), 10, new(150, 160, 170));
        if (Wrap(age, 1.5) < 1.2)
            canvas.Text("GAME OVER", 52, 26, 6, new(210, 20, 24));
    }

    private void Display(double time)
    {
        for (int heart = 0; heart < 3; heart++)
        {
            canvas.Disc(11 + heart * 15, 9, 3.4, new(230, 40, 60));
            canvas.Disc(16 + heart * 15, 9, 3.4, new(230, 40, 60));
            canvas.Spike(13.5 + heart * 15, 10, 11, -7, new(230, 40, 60));
        }
        canvas.Box(244, 4, 70, 14, Black);
        canvas.Text($"{(int)(time * 7):D6}", 250, 6, 2, Gold);
    }

    private void Camera(double time)
    {
        var mood = new Random((int)(time * 5));
        canvas.Box(248, 126, 72, 54, new(200, 200, 210));
        canvas.Box(250, 128, 70, 52, new(70, 74, 90));
        canvas.Oval(285, 184, 26, 18, new(60, 120, 120));
        canvas.Disc(285, 154, 17, new(235, 185, 150));
        canvas.Oval(285, 142, 17, 8, new(80, 50, 30));
        canvas.Box(266, 148, 5, 14, Black);
        canvas.Box(299, 148, 5, 14, Black);
        canvas.Box(278, 152, 3, mood.Next(12) == 0 ? 1 : 3, Black);
        canvas.Box(290, 152, 3, 3, Black);
        canvas.Oval(285, 163, 4, 1 + mood.Next(3), new(140, 40, 40));
    }

    private void Back(Colour colour, Look look) =>
        canvas.Box(0, 0, canvas.Width, canvas.Height, colour.Shifted(look.Tint.Red, look.Tint.Green, look.Tint.Blue));

    private void Floor(Colour top, Colour below, Look look)
    {
        canvas.Box(0, Ground, canvas.Width, 12, top.Shifted(look.Tint.Red, look.Tint.Green, look.Tint.Blue));
        canvas.Box(0, Ground + 12, canvas.Width, canvas.Height, below);
    }

    private void Hero(double x, double y, double age) => canvas.Sprite((int)(age * 5) % 2 == 0 ? Standing : Striding, Clothes, x, y, 2);

    private static double Hop(double age) => Math.Max(0, 26 * Math.Sin(age * 2.4));

    // Where things repeated every so many points stand, once the ground has moved by speed · share · age.
    private static IEnumerable<double> Scrolled(double spacing, Look look, double age, double share)
    {
        for (double x = -Wrap((int)(look.Phase + look.Speed * share * age), spacing) - spacing; x < 320 + spacing; x += spacing)
            yield return x;
    }

    private static double Wrap(double value, double period) => value - period * Math.Floor(value / period);
}
